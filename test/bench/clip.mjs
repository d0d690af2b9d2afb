// SPDX-License-Identifier: GPL-3.0-or-later
// What the cameras of the bench see: 1080p25 H.264 at 4 Mbit/s, made once by ffmpeg and kept in the
// build folder. A key frame every two seconds, no B frames, one slice a picture, as cameras do it.
import { execFile } from 'node:child_process';
import { existsSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SECONDS = 12;
const KBIT = 4000;
const TOLERANCE = 0.1;

function encode(file) {
  const picture = `testsrc2=size=1920x1080:rate=25:duration=${SECONDS},noise=alls=12:allf=t`;
  return run('ffmpeg', ['-nostdin', '-v', 'error', '-y', '-f', 'lavfi', '-i', picture, '-pix_fmt', 'yuv420p',
    '-c:v', 'libx264', '-preset', 'veryfast', '-profile:v', 'main', '-bf', '0', '-g', '50', '-sc_threshold', '0',
    '-threads', '1', '-b:v', `${KBIT}k`, '-maxrate', `${KBIT * 1.2}k`, '-bufsize', `${KBIT}k`,
    '-x264-params', 'slices=1', file]);
}

// The clip's path.
export async function makeClip(folder, say) {
  const file = join(folder, `clip-1080p25-${KBIT}k.mp4`);
  if (!existsSync(file)) {
    say('making the clip, once');
    await encode(`${file}.part.mp4`);
    renameSync(`${file}.part.mp4`, file);
  }
  const kbit = (statSync(file).size * 8) / 1000 / SECONDS;
  if (Math.abs(kbit / KBIT - 1) > TOLERANCE) throw new Error(`${file} has ${kbit.toFixed(0)} kbit/s instead of ${KBIT}`);
  return file;
}
