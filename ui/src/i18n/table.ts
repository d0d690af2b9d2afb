// SPDX-License-Identifier: GPL-3.0-or-later
// Every word the page says. {name} is replaced by a value.

import { access } from './table-access';
import { accounts } from './table-accounts';
import { admin } from './table-admin';
import { alarms } from './table-alarms';
import { browse } from './table-browse';
import { clips } from './table-clips';
import { instead } from './table-instead';
import { desk } from './table-desk';
import { watch } from './table-watch';
import { holds } from './table-holds';
import { linking } from './table-linking';
import { find } from './table-find';
import { feed } from './table-feed';
import { parted } from './table-parted';
import { place } from './table-place';
import { tickets } from './table-tickets';
import { live } from './table-live';
import { meeting } from './table-meeting';
import { notice } from './table-notice';
import { sessions } from './table-sessions';

export const table = {
  // Frame
  product: { zh: '明镜', en: 'Mingjing' },
  navFind: { zh: '调阅', en: 'Find' },
  navCameras: { zh: '摄像机', en: 'Cameras' },
  navLabel: { zh: '页面', en: 'Pages' },
  skip: { zh: '跳到内容', en: 'Skip to content' },
  language: { zh: 'English', en: '中文' },
  languageLabel: { zh: '切换到英文', en: 'Switch to Chinese' },
  themeDark: { zh: '深色', en: 'Dark' },
  themeLight: { zh: '浅色', en: 'Light' },
  themeSystem: { zh: '跟随系统', en: 'As the system' },
  themeLabel: { zh: '外观：{theme}', en: 'Theme: {theme}' },
  userMenu: { zh: '用户 {name}', en: 'User {name}' },
  signOut: { zh: '退出', en: 'Sign out' },
  keysButton: { zh: '快捷键', en: 'Keys' },
  cancel: { zh: '取消', en: 'Cancel' },
  close: { zh: '关闭', en: 'Close' },
  technical: { zh: '技术信息', en: 'Technical details' },
  loading: { zh: '正在载入', en: 'Loading' },
  retry: { zh: '再试一次', en: 'Try again' },
  unknownPageTitle: { zh: '没有这个页面', en: 'There is no such page' },
  unknownPageHint: {
    zh: '地址“{path}”不通向任何页面。请检查链接，或从“调阅”开始。',
    en: 'The address “{path}” leads nowhere. Check the link, or start from Find.',
  },

  // Sign in
  signInTitle: { zh: '登录', en: 'Sign in' },
  signInName: { zh: '用户名', en: 'User name' },
  signInPassword: { zh: '密码', en: 'Password' },
  signInGo: { zh: '登录', en: 'Sign in' },
  signInBusy: { zh: '正在登录…', en: 'Signing in…' },
  signInWrong: {
    zh: '用户名或密码不对。请检查大小写后再试。',
    en: 'The user name or the password is wrong. Check upper and lower case and try again.',
  },
  signInMany: { zh: '尝试次数过多。请稍候再试。', en: 'Too many attempts. Wait a little and try again.' },

  // Status line
  statusLabel: { zh: '录像状态', en: 'State of the recorder' },
  statusRecording: { zh: '录像 {n}/{m}', en: 'recording {n}/{m}' },
  statusCaptureDown: { zh: '录像服务未运行', en: 'the recorder is not running' },
  statusDown: { zh: '{name} {state} {since}', en: '{name} {state} {since}' },
  statusMore: { zh: '另有 {n} 路', en: '{n} more' },
  statusDisk: { zh: '磁盘还可存 {days} 天', en: 'disk {days} d left' },
  statusDiskFree: { zh: '磁盘剩余 {free}', en: 'disk {free} free' },
  statusDiskTitle: { zh: '共 {total}，剩余 {free}', en: '{free} free of {total}' },
  statusVolume: { zh: '磁盘 {path} {state}', en: 'disk {path} {state}' },
  statusShortHeld: { zh: '磁盘 {path} 将于 {day} 只剩锁定录像', en: 'disk {path}: only held footage left on {day}' },
  statusShortMinimum: { zh: '磁盘 {path} 将于 {day} 存满', en: 'disk {path} full on {day}' },
  statusShortTitle: {
    zh: '届时没有可删除的录像，录像会停止。请增加磁盘，或解除不再需要的证据锁定。',
    en: 'Nothing in it may be deleted then, and recording there stops. Add a disk, or release holds that are no longer needed.',
  },
  volumeFull: { zh: '已满', en: 'full' },
  volumeReadOnly: { zh: '只读', en: 'read-only' },
  volumeFailing: { zh: '写入出错', en: 'failing' },
  volumeStalled: { zh: '无响应', en: 'hangs' },
  volumeMissing: { zh: '未挂载', en: 'not mounted' },
  statusClock: { zh: '时钟 ±{ms} ms', en: 'clock ±{ms} ms' },
  statusClockBad: { zh: '时钟未同步', en: 'clock not synchronised' },
  statusUnreachable: { zh: '连不上服务器', en: 'the server does not answer' },
  statusWaiting: { zh: '正在读取状态', en: 'reading the state' },
  hallTime: { zh: '大厅时间', en: 'Hall time' },

  // States of a stream
  stateStarting: { zh: '正在连接', en: 'connecting' },
  stateRecording: { zh: '正在录像', en: 'recording' },
  stateOffline: { zh: '离线', en: 'offline' },
  stateUnauthorized: { zh: '要求口令或口令不对', en: 'wants another password' },
  stateRefused: { zh: '拒绝连接', en: 'refuses the connection' },
  stateUnsupported: { zh: '编码不支持', en: 'codec not supported' },
  stateStalled: { zh: '没有画面送来', en: 'sends nothing' },
  stateEnded: { zh: '码流已结束', en: 'stream ended' },
  stateDisk: { zh: '磁盘无法写入', en: 'disk cannot be written' },
  stateCaptureDown: { zh: '录像服务未运行', en: 'recorder not running' },
  stateDisabled: { zh: '已停用', en: 'switched off' },

  // Why there is no recording
  gapOffline: { zh: '摄像机离线', en: 'camera offline' },
  gapUnauthorized: { zh: '摄像机要求口令', en: 'camera wanted another password' },
  gapRefused: { zh: '摄像机拒绝连接', en: 'camera refused the connection' },
  gapUnsupported: { zh: '编码不支持', en: 'codec not supported' },
  gapStalled: { zh: '摄像机没有送来画面', en: 'camera sent nothing' },
  gapEnded: { zh: '码流已结束', en: 'stream ended' },
  gapDisk: { zh: '磁盘无法写入', en: 'disk could not be written' },
  gapCaptureDown: { zh: '录像服务未运行', en: 'recorder not running' },
  gapLost: { zh: '画面在途中丢失', en: 'pictures lost on the way' },
  gapClock: { zh: '时钟跳变', en: 'clock jumped' },
  gapPurged: { zh: '已按规定删除', en: 'was deleted' },
  gapNotRecorded: { zh: '未安排录像', en: 'was not to be recorded' },
  gapNoCamera: { zh: '没有摄像机覆盖', en: 'no camera looked there' },
  gapUnknown: { zh: '原因不明', en: 'reason unknown' },

  // What is wrong with a stream now, and what to do
  downStarting: {
    zh: '正在第一次连接{camera}。请稍候；若一分钟后仍是这样，请检查地址和网络。',
    en: 'Connecting to {camera} for the first time. Wait; if it stays so for a minute, check the address and the network.',
  },
  downRecording: { zh: '{camera}正在录像，无须处理。', en: '{camera} is being recorded; nothing needs to be done.' },
  downOffline: {
    zh: '连不上{camera}。请检查它的电源、网线和地址；恢复后会自动继续录像。',
    en: '{camera} cannot be reached. Check its power, its cable and its address; recording goes on by itself afterwards.',
  },
  downUnauthorized: {
    zh: '{camera}不接受所用的用户名或口令。请管理员更正登记的口令。',
    en: '{camera} does not take the user name or password. Ask the administrator to correct the one registered.',
  },
  downRefused: {
    zh: '{camera}拒绝了连接。请检查端口、码流路径，以及它允许的连接数。',
    en: '{camera} refused the connection. Check the port, the path of the stream and how many connections it allows.',
  },
  downUnsupported: {
    zh: '{camera}送来的编码不能录。请在摄像机上改为 H.264 或 H.265。',
    en: '{camera} sends a codec that cannot be recorded. Set it to H.264 or H.265 in the camera.',
  },
  downStalled: {
    zh: '{camera}已连接，但没有送来画面。请检查网络，必要时重启摄像机。',
    en: '{camera} is connected but sends no pictures. Check the network; restart the camera if need be.',
  },
  downEnded: {
    zh: '{camera}结束了码流，系统正在重新连接。若反复出现，请检查摄像机。',
    en: '{camera} ended the stream; it is being connected again. If this repeats, check the camera.',
  },
  downDisk: {
    zh: '{camera}的录像写不进磁盘。请管理员立即检查磁盘空间和状态。',
    en: 'The recording of {camera} cannot be written. Ask the administrator to check the disk and its free space at once.',
  },
  downCaptureDown: {
    zh: '录像服务没有运行，{camera}没有在录。请管理员启动录像服务。',
    en: 'The recorder is not running, so {camera} is not recorded. Ask the administrator to start the recorder.',
  },
  downDisabled: {
    zh: '{camera}的这路码流已停用，不会录像。需要录像时请管理员启用。',
    en: 'This stream of {camera} is switched off and not recorded. Ask the administrator to switch it on if it should be.',
  },

  // Why footage is missing, and what to do
  missOffline: {
    zh: '当时连不上{camera}。请看其他摄像机；若常有此事，请检查它的电源和网络。',
    en: '{camera} could not be reached then. Use the other cameras; if this is frequent, check its power and network.',
  },
  missUnauthorized: {
    zh: '{camera}当时不接受所用的口令。请看其他摄像机，并请管理员核对口令。',
    en: '{camera} did not take the password then. Use the other cameras and ask the administrator to check the password.',
  },
  missRefused: {
    zh: '{camera}当时拒绝了连接。请看其他摄像机；若常有此事，请检查它允许的连接数。',
    en: '{camera} refused the connection then. Use the other cameras; if this is frequent, check how many connections it allows.',
  },
  missUnsupported: {
    zh: '{camera}当时送来的编码不能录。请看其他摄像机，并把它改为 H.264 或 H.265。',
    en: '{camera} sent a codec then that cannot be recorded. Use the other cameras and set it to H.264 or H.265.',
  },
  missStalled: {
    zh: '{camera}当时已连接，但没有送来画面。请看其他摄像机；若常有此事，请检查网络。',
    en: '{camera} was connected then but sent no pictures. Use the other cameras; if this is frequent, check the network.',
  },
  missEnded: {
    zh: '{camera}当时结束了码流，随后重新连接。请看其他摄像机；若常有此事，请检查摄像机。',
    en: '{camera} ended the stream then and was connected again. Use the other cameras; if this is frequent, check the camera.',
  },
  missDisk: {
    zh: '{camera}的录像当时写不进磁盘。请通知管理员检查磁盘。',
    en: 'The recording of {camera} could not be written then. Tell the administrator to check the disk.',
  },
  missCaptureDown: {
    zh: '录像服务当时没有运行，{camera}没有录。请通知管理员查明原因。',
    en: 'The recorder was not running then, so {camera} was not recorded. Tell the administrator to find out why.',
  },
  missLost: {
    zh: '{camera}当时的画面在网络上丢失，没有送到。请看其他摄像机；若常有此事，请检查网络。',
    en: 'The pictures of {camera} were lost on the network then. Use the other cameras; if this is frequent, check the network.',
  },
  missClock: {
    zh: '{camera}的时钟在此处跳变，这段时间没有画面。请管理员检查对时。',
    en: 'The clock of {camera} jumped here, so this time has no pictures. Ask the administrator to check how clocks are set.',
  },
  missPurged: {
    zh: '{camera} 的这段录像保存期满，已删除；处置记录保留。',
    en: 'The footage of {camera} was kept for its time and is deleted; the record of that stays.',
  },
  missNotRecorded: {
    zh: '{camera}当时未安排录像。若应当录像，请管理员修改安排。',
    en: '{camera} was not to be recorded then. If it should have been, ask the administrator to change that.',
  },
  missUnknown: {
    zh: '{camera}当时没有录像，原因不明。请通知管理员查看日志。',
    en: '{camera} was not recorded then, for an unknown reason. Tell the administrator to look at the logs.',
  },

  // Recorded, and not whole
  damageVideo: { zh: '画面受损', en: 'pictures damaged' },
  damageAudio: { zh: '声音受损', en: 'sound damaged' },
  damageVideoMeans: {
    zh: '{camera}的数据当时在网络上丢失了一部分：这里的画面可能缺失或残损，不能当作完整画面使用。请看其他摄像机；若常有此事，请检查网络。',
    en: 'Part of what {camera} sent was lost on the network: pictures here may be missing or torn and are not to be taken for whole. Use the other cameras too; if this is frequent, check the network.',
  },
  damageAudioMeans: {
    zh: '{camera}的声音当时在网络上丢失了一部分：这里的话可能不全。若常有此事，请检查网络。',
    en: 'Part of the sound of {camera} was lost on the network: words may be missing here. If this is frequent, check the network.',
  },

  // Recorded and whole, and something is to be known
  noteClock: { zh: '时钟被调整，画面没有缺失', en: 'a clock was set; no picture is missing' },
  noteLine: { zh: '{camera} {time} {reason}', en: '{camera} {time} {reason}' },
  notedClock: {
    zh: '录像用的时钟在此处被调整。{camera}的画面没有缺失，但此后一段时间内标注的时间可能与实际相差几秒。若常有此事，请管理员检查对时。',
    en: 'The clock that recording goes by was set here. No picture of {camera} is missing, but for a while the times shown may be seconds off. If this is frequent, ask the administrator to check how clocks are set.',
  },

  // Kinds of camera
  kindWindow: { zh: '窗口', en: 'window' },
  kindHall: { zh: '大厅', en: 'hall' },
  kindRoom: { zh: '房间', en: 'room' },
  kindSession: { zh: '面对面', en: 'session' },

  ...find,

  // Lists of a staff member, a business type, a matter, a place
  listStaff: { zh: '人员', en: 'staff' },
  listBusiness: { zh: '业务类型', en: 'business type' },
  listMatter: { zh: '事项', en: 'matter' },
  listPlace: { zh: '点位', en: 'place' },
  colTime: { zh: '时间', en: 'Time' },
  colSubject: { zh: '对象', en: 'Subject' },
  colMatter: { zh: '事项', en: 'Matter' },
  colCoverage: { zh: '录像', en: 'Coverage' },
  colMissing: { zh: '缺口', en: 'Missing' },
  listMore: { zh: '更早的', en: 'Earlier ones' },
  listNoneTitle: { zh: '没有相关记录', en: 'Nothing is known of it' },
  listNoneHint: {
    zh: '业务系统还没有发来提到它的消息，或者提到它的消息已被更正。',
    en: 'No business system has told of it yet, or what told of it was corrected.',
  },
  listEmptyTitle: { zh: '这一天没有', en: 'Nothing on this day' },
  listEmptyHint: { zh: '换一天，或选择“不限日期”。', en: 'Pick another day, or “Any day”.' },
  alsoLabel: { zh: '同号', en: 'Also' },
  resultsCount: { zh: '{n} 条结果', en: '{n} results' },
  noTitle: { zh: '未注明事项', en: 'matter not given' },
  noPlace: { zh: '尚无点位', en: 'no place yet' },

  // Cameras
  camerasTitle: { zh: '摄像机', en: 'Cameras' },
  camerasEmptyTitle: { zh: '还没有摄像机', en: 'No camera yet' },
  camerasEmptyHint: {
    zh: '在服务器上运行 mingjing camera add 编号 地址 即可添加，两秒内开始录像。',
    en: 'Add one on the server with mingjing camera add ID URL; recording begins within two seconds.',
  },
  colCamera: { zh: '摄像机', en: 'Camera' },
  colState: { zh: '状态', en: 'State' },
  colSince: { zh: '自', en: 'Since' },
  colPlaces: { zh: '点位', en: 'Places' },
  colStream: { zh: '码流', en: 'Stream' },
  colPicture: { zh: '画面', en: 'Picture' },
  colAddress: { zh: '地址', en: 'Address' },
  streamMain: { zh: '主码流', en: 'main' },
  streamSub: { zh: '子码流', en: 'sub' },
  withSound: { zh: '有声音', en: 'sound' },

  // Dossier
  ticket: { zh: '号票', en: 'ticket' },
  approval: { zh: '办件', en: 'approval' },
  session: { zh: '会话', en: 'session' },
  relatedLabel: { zh: '关联', en: 'Related' },
  relatedMore: { zh: '另有 {n} 个', en: '{n} more' },
  visitsLabel: { zh: '到场记录', en: 'Visits' },
  visitOpen: { zh: '办理中', en: 'in progress' },
  visitMinutes: { zh: '{n} 分钟', en: '{n} min' },
  visitSeconds: { zh: '{n} 秒', en: '{n} s' },
  eventsTitle: { zh: '事件', en: 'Events' },
  eventSuperseded: { zh: '已更正', en: 'corrected' },
  eventCancelled: { zh: '已作废', en: 'cancelled' },
  eventLate: { zh: '迟到 {by}', en: '{by} late' },
  eventNoFootage: { zh: '此刻没有关联的录像', en: 'no footage is linked to this moment' },
  eventStaff: { zh: '工号 {id}', en: 'staff {id}' },
  eventRating: { zh: '{n} 星', en: '{n} stars' },
  gapsTitle: { zh: '缺口', en: 'Gaps' },
  gapsNone: { zh: '没有缺口', en: 'No gaps' },
  gapLine: { zh: '{camera} {range} {reason}', en: '{camera} {range} {reason}' },
  gapCameras: { zh: '{n} 台摄像机', en: '{n} cameras' },
  namesJoined: { zh: '{a}、{b}', en: '{a}, {b}' },
  coverage: { zh: '覆盖 {percent}', en: 'coverage {percent}' },
  coverageNone: {
    zh: '还没有应当录像的时段：叫号之后才有。',
    en: 'Nothing was to be recorded yet: that begins with the call.',
  },
  clocks: { zh: '时钟 ±{s} s', en: 'clocks ±{s} s' },
  clocksUnknown: { zh: '摄像机不报时', en: 'the cameras tell no time' },
  clockCamera: {
    zh: '{camera}：比主机慢 {offset} ms，±{uncertainty} ms',
    en: '{camera}: {offset} ms behind the host, ±{uncertainty} ms',
  },
  sourceClockBehind: {
    zh: '{source} 的时钟慢 {s} 秒，±{uncertainty} 秒；已换算',
    en: 'the clock of {source} is {s} s behind, ±{uncertainty} s; times here are corrected',
  },
  sourceClockAhead: {
    zh: '{source} 的时钟快 {s} 秒，±{uncertainty} 秒；已换算',
    en: 'the clock of {source} is {s} s ahead, ±{uncertainty} s; times here are corrected',
  },
  sourceClockMeasured: { zh: '由事件到达的时间测得', en: 'measured from when its events arrive' },
  sourceClockSet: { zh: '由管理员设定', en: 'set by the administrator' },
  clockCameraNone: { zh: '{camera}：不报时', en: '{camera}: tells no time' },
  noVisitTitle: { zh: '还没有叫号', en: 'Not called yet' },
  noVisitHint: {
    zh: '叫号之后，看得见该窗口的摄像机的录像会出现在这里。此页会自己更新。',
    en: 'Once it is called, the footage of the cameras that see the window appears here. This page updates by itself.',
  },
  noVisitApprovalTitle: { zh: '还没有到场办理', en: 'No visit yet' },
  noVisitApprovalHint: {
    zh: '没有号票或步骤指明点位，所以没有录像可关联。',
    en: 'No ticket or step names a place, so there is no footage to link.',
  },
  noCamerasTitle: { zh: '没有摄像机看得见 {place}', en: 'No camera sees {place}' },
  noCamerasHint: {
    zh: '请管理员登记哪台摄像机覆盖此点位：mingjing coverage add {place} 摄像机。',
    en: 'Ask the administrator to say which camera covers it: mingjing coverage add {place} CAMERA.',
  },
  notFoundTicketTitle: { zh: '没有号票 {number}（{day}）', en: 'There is no ticket {number} ({day})' },
  notFoundTicketHint: {
    zh: '请核对号码和日期。号码每天重复；刚取的号要等排队系统送来消息后才会出现。',
    en: 'Check the number and the day. Numbers repeat every day; a ticket just taken appears as soon as the queue system has told of it.',
  },
  notFoundSessionTitle: { zh: '没有会话 {id}', en: 'There is no session {id}' },
  notFoundApprovalTitle: { zh: '没有办件 {id}', en: 'There is no approval {id}' },
  notFoundApprovalHint: {
    zh: '请核对编号。可以只输入开头几位来查找。',
    en: 'Check the ID. You can search by its beginning.',
  },
  latest: { zh: '最近一天', en: 'latest day' },
  backToFind: { zh: '去查找', en: 'Search' },

  ...alarms,
  ...clips,
  ...browse,
  ...desk,
  ...watch,
  ...holds,
  ...notice,
  ...linking,
  ...feed,
  ...parted,
  ...place,
  ...tickets,
  ...live,
  ...meeting,
  ...sessions,
  ...access,
  ...accounts,
  ...admin,

  // Tiles
  tileNoRecording: { zh: '无录像', en: 'No recording' },
  tileFuture: { zh: '尚未录到此刻', en: 'Not recorded yet' },
  tileOutside: { zh: '此时段不关联这台摄像机', en: 'Not linked to this camera at this time' },
  tileStills: {
    zh: '此浏览器不能播放 H.265，改为显示静止画面',
    en: 'This browser cannot play H.265; stills are shown instead',
  },
  tileStillsShort: { zh: '不能播放 H.265：静止画面', en: 'H.265 not playable: stills' },
  ...instead,
  tileStillFailed: {
    zh: '取不到{camera}此刻的画面。本页会自己再试；若一直如此，请管理员检查录像磁盘。',
    en: 'The still of {camera} for this moment cannot be fetched. This page tries again by itself; if it stays so, ask the administrator to check the disk of the recordings.',
  },
  tileFailed: { zh: '取不到{camera}的录像', en: 'The recording of {camera} cannot be fetched' },
  tileFailedHint: {
    zh: '它的文件不在磁盘上、读不出，或服务器没有回答。其他摄像机照常播放，本页会自己再试；若一直如此，请管理员检查录像磁盘。',
    en: 'Its file is not on the disk, cannot be read, or the server does not answer. The other cameras go on and this page tries again by itself; if it stays so, ask the administrator to check the disk of the recordings.',
  },
  tileWaiting: { zh: '正在取录像', en: 'fetching footage' },
  tileEnlarge: { zh: '放大 {camera}', en: 'Enlarge {camera}' },
  tileShrink: { zh: '还原 {camera}', en: 'Restore {camera}' },
  tileLabel: { zh: '摄像机 {camera}', en: 'Camera {camera}' },

  // Transport
  transportLabel: { zh: '播放', en: 'Playback' },
  play: { zh: '播放', en: 'Play' },
  pause: { zh: '暂停', en: 'Pause' },
  back5: { zh: '后退 5 秒', en: 'Back 5 s' },
  ahead5: { zh: '前进 5 秒', en: 'Forward 5 s' },
  frameBack: { zh: '上一帧', en: 'Previous frame' },
  frameAhead: { zh: '下一帧', en: 'Next frame' },
  eventBack: { zh: '上一个事件', en: 'Previous event' },
  eventAhead: { zh: '下一个事件', en: 'Next event' },
  speed: { zh: '速度', en: 'Speed' },
  sound: { zh: '声音', en: 'Sound' },
  soundOff: { zh: '静音', en: 'Sound off' },
  soundNone: { zh: '无声音', en: 'No sound' },
  camerasShown: { zh: '摄像机 {from}–{to}，共 {n} 台', en: 'Cameras {from}–{to} of {n}' },
  camerasBefore: { zh: '前几台摄像机', en: 'Previous cameras' },
  camerasAfter: { zh: '后几台摄像机', en: 'Next cameras' },
  fullScreen: { zh: '全屏', en: 'Full screen' },
  sinceEvent: { zh: '{event}后 {span}', en: '{span} after {event}' },
  beforeEvent: { zh: '{event}前 {span}', en: '{span} before {event}' },

  // Ruler
  rulerLabel: { zh: '时间轴', en: 'Time ruler' },
  playhead: { zh: '播放位置', en: 'Playhead' },
  rowCoverageHeld: {
    zh: '{camera}：覆盖 {percent}，{n} 个缺口，已锁定',
    en: '{camera}: coverage {percent}, {n} gaps, held',
  },
  rowCoverage: { zh: '{camera}：覆盖 {percent}，{n} 个缺口', en: '{camera}: coverage {percent}, {n} gaps' },

  // Keys
  keysTitle: { zh: '快捷键', en: 'Keys' },
  keySpace: { zh: '播放或暂停', en: 'play or pause' },
  keyJ: { zh: '倒放，再按更快', en: 'play backwards, again for faster' },
  keyK: { zh: '暂停', en: 'pause' },
  keyL: { zh: '播放，再按更快', en: 'play, again for faster' },
  keyArrows: { zh: '后退、前进 5 秒', en: '5 s back, ahead' },
  keyFrame: { zh: '上一帧、下一帧', en: 'previous, next frame' },
  keyEvent: { zh: '上一个、下一个事件', en: 'previous, next event' },
  keyNumber: { zh: '选择摄像机', en: 'choose a camera' },
  keyPage: { zh: '前几台、后几台摄像机；浏览时：前一天、后一天', en: 'previous, next cameras; when browsing: day' },
  keyEnter: { zh: '放大所选摄像机', en: 'enlarge the chosen camera' },
  keyH: { zh: '锁定证据', en: 'put a hold' },
  keyF: { zh: '全屏', en: 'full screen' },
  keySearch: { zh: '查找', en: 'search' },
  keyHelp: { zh: '本表', en: 'this sheet' },
  keyEsc: { zh: '返回', en: 'back' },

  // Events
  evTicketTaken: { zh: '取号', en: 'taken' },
  evTicketCalled: { zh: '叫号', en: 'called' },
  evTicketRecalled: { zh: '重呼', en: 'called again' },
  evTicketStarted: { zh: '开始受理', en: 'started' },
  evTicketPaused: { zh: '暂停', en: 'paused' },
  evTicketFinished: { zh: '办结', en: 'finished' },
  evTicketPassed: { zh: '过号', en: 'passed' },
  evTicketTransferred: { zh: '转移', en: 'transferred' },
  evTicketRated: { zh: '评价', en: 'rated' },
  evApprovalApplied: { zh: '申请', en: 'applied' },
  evApprovalAccepted: { zh: '受理', en: 'accepted' },
  evApprovalSupplement: { zh: '补正', en: 'supplement asked' },
  evApprovalRefused: { zh: '不予受理', en: 'refused' },
  evApprovalNode: { zh: '审查', en: 'reviewed' },
  evApprovalSuspended: { zh: '特别程序开始', en: 'suspended' },
  evApprovalResumed: { zh: '特别程序结束', en: 'resumed' },
  evApprovalDecided: { zh: '决定', en: 'decided' },
  evApprovalIssued: { zh: '制证送达', en: 'issued' },
  evApprovalClosed: { zh: '办件办结', en: 'closed' },
  evApprovalWithdrawn: { zh: '撤回', en: 'withdrawn' },
  evApprovalFee: { zh: '收费', en: 'fee' },
  evSessionScheduled: { zh: '预约会话', en: 'session scheduled' },
  evSessionConsented: { zh: '同意录像', en: 'recording consented' },
  evSessionStarted: { zh: '会话开始', en: 'session started' },
  evSessionJoined: { zh: '加入', en: 'joined' },
  evSessionLeft: { zh: '离开', en: 'left' },
  evSessionMarked: { zh: '标记', en: 'marked' },
  evSessionPromised: { zh: '承诺', en: 'promised' },
  evSessionRated: { zh: '会话评价', en: 'session rated' },
  evSessionEnded: { zh: '会话结束', en: 'session ended' },
  evAlertRaised: { zh: '预警', en: 'alert raised' },
  evAlertAnswered: { zh: '预警反馈', en: 'alert answered' },
  evAlertAppealed: { zh: '预警申诉', en: 'alert appealed' },
  evAlertUpheld: { zh: '预警成立', en: 'alert upheld' },
  evAlertRevoked: { zh: '预警撤销', en: 'alert revoked' },
  evAlertRectified: { zh: '整改完成', en: 'alert rectified' },
  evTradeScheduled: { zh: '交易排期', en: 'trade scheduled' },
  evTradeStarted: { zh: '交易开始', en: 'trade started' },
  evTradeEnded: { zh: '交易结束', en: 'trade ended' },
  evTradeDoorOpened: { zh: '开门', en: 'door opened' },
  evTradeDoorClosed: { zh: '关门', en: 'door closed' },
  evTradeCheckedIn: { zh: '专家签到', en: 'expert checked in' },
  evTradePhoneLocked: { zh: '手机存柜', en: 'phone locked away' },
  evTradeDecrypted: { zh: '解密', en: 'bids decrypted' },
  evTradeScored: { zh: '提交评分', en: 'scored' },
  evTradeSigned: { zh: '签署报告', en: 'report signed' },
  evTradeAbnormal: { zh: '异常', en: 'abnormal' },

  // What went wrong
  errFailed: {
    zh: '服务器没能完成请求。请再试一次；若仍如此，请通知管理员。',
    en: 'The server could not do this. Try again; if it fails once more, tell the administrator.',
  },
  errInvalid: {
    zh: '服务器认为请求有误。请检查输入的内容后再试。',
    en: 'The server takes the request for a wrong one. Check what was typed and try again.',
  },
  errNotFound: {
    zh: '没有找到。请检查编号或地址后再试。',
    en: 'It was not found. Check the number or the address and try again.',
  },
  errExists: {
    zh: '已经存在。请换一个名称，或打开已有的那个。',
    en: 'It exists already. Choose another name, or open the one that is there.',
  },
  errConflict: {
    zh: '与现有内容冲突。请刷新页面，核对后再试。',
    en: 'It conflicts with what is there. Load the page again, check and try again.',
  },
  errAmbiguous: {
    zh: '不止一个大厅有它，请选择是哪一个。',
    en: 'More than one hall has it. Choose which one is meant.',
  },
  errBusy: { zh: '服务器正忙，请稍候再试。', en: 'The server is busy. Try again in a moment.' },
  errDenied: {
    zh: '没有权限。需要时请管理员授权。',
    en: 'You may not do this. Ask the administrator for the right if you need it.',
  },
  errIo: {
    zh: '服务器读写磁盘失败。请通知管理员。',
    en: 'The server could not read or write its disk. Tell the administrator.',
  },
  errCorrupt: {
    zh: '录像或目录已损坏。请通知管理员。',
    en: 'Footage or catalogue is damaged. Tell the administrator.',
  },
  errUnsupported: {
    zh: '服务器不支持这项操作。请通知管理员。',
    en: 'The server does not support this. Tell the administrator.',
  },
  errTimeout: { zh: '超时。请再试一次。', en: 'It took too long. Try again.' },
  errTooLarge: {
    zh: '请求过大。请缩小范围后再试。',
    en: 'The request is too large. Ask for less and try again.',
  },
  errTooMany: { zh: '请求过多，请稍候再试。', en: 'Too many requests. Wait a little.' },
  errMethod: {
    zh: '服务器不接受这种请求。请刷新页面；若仍如此，请通知管理员。',
    en: 'The server does not take this kind of request. Load the page again; if that does not help, tell the administrator.',
  },
  errUnreachable: { zh: '连不上服务器。请检查网络。', en: 'The server does not answer. Check the network.' },
  errGarbled: {
    zh: '服务器的回答无法理解。请刷新页面；若仍如此，请通知管理员。',
    en: 'The answer could not be understood. Load the page again; if that does not help, tell the administrator.',
  },
} as const satisfies Record<string, { zh: string; en: string }>;

export type Key = keyof typeof table;
export type Lang = 'zh' | 'en';
