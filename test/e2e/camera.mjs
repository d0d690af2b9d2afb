// SPDX-License-Identifier: GPL-3.0-or-later
// A party's camera and microphone for tests: what getUserMedia of a page answers. Each picture is stamped with the party's
// number and the time at which it was drawn (test/hall/stamp.h), and each party has a tone of its own.

/** A browser that has nothing to code H.264 with. For page.addInitScript. */
export function noH264() {
  const usual = RTCPeerConnection.prototype.addTransceiver;
  RTCPeerConnection.prototype.addTransceiver = function (track, init) {
    const made = usual.call(this, track, init);
    if (init?.direction === 'sendonly' && made.sender.track?.kind === 'video') {
      const codecs = RTCRtpSender.getCapabilities('video').codecs;
      made.setCodecPreferences(codecs.filter((c) => /vp8|rtx/i.test(c.mimeType)));
      made.setCodecPreferences = () => {};
    }
    return made;
  };
}

/** For page.addInitScript(paintedCamera, { number, hz }). */
export function paintedCamera({ number, hz }) {
  const [WIDTH, HEIGHT, COLUMNS, ROWS, PICTURE_ROWS] = [640, 360, 64, 2, 36];
  const crc16 = (bytes) => {
    let crc = 0xffff;
    for (const byte of bytes) {
      crc ^= byte << 8;
      for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
    }
    return crc;
  };
  const bigEndian = (value, n) => Array.from({ length: n }, (_, i) => Math.floor(value / 256 ** (n - 1 - i)) % 256);
  const stamp = (utcUs, frame) => {
    const bytes = [0x4d, 0x4a, number, ...bigEndian(utcUs, 7), ...bigEndian(frame, 4)];
    return [...bytes, ...bigEndian(crc16(bytes), 2)];
  };
  const start = () => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [WIDTH, HEIGHT];
    const context = canvas.getContext('2d');
    let frame = 0;
    setInterval(() => {
      const bytes = stamp(Math.round((performance.timeOrigin + performance.now()) * 1000), frame++);
      context.fillStyle = number % 2 ? '#234' : '#432';
      context.fillRect(0, 0, WIDTH, HEIGHT);
      context.fillStyle = '#9ab';
      context.fillRect((frame * 7) % WIDTH, 100, 40, 40);
      for (let i = 0; i < COLUMNS * ROWS; i++) {
        context.fillStyle = bytes[i >> 3] & (0x80 >> (i & 7)) ? '#fff' : '#000';
        const [x, y] = [i % COLUMNS, PICTURE_ROWS - ROWS + Math.floor(i / COLUMNS)];
        context.fillRect((x * WIDTH) / COLUMNS, (y * HEIGHT) / PICTURE_ROWS, WIDTH / COLUMNS, HEIGHT / PICTURE_ROWS);
      }
    }, 50);
    return canvas.captureStream(20);
  };
  const tone = () => {
    const context = new AudioContext();
    const [oscillator, out] = [new OscillatorNode(context, { frequency: hz }), context.createMediaStreamDestination()];
    oscillator.connect(out);
    oscillator.start();
    return out.stream;
  };
  let made = null;
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    await real(wanted); // the browser's own fake devices answer, so that permission and choice are as they are
    made ??= new MediaStream([...start().getVideoTracks(), ...tone().getAudioTracks()]);
    return made.clone();
  };
}
