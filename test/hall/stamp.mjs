// SPDX-License-Identifier: GPL-3.0-or-later
/* Reads the stamp (see stamp.h) from canvas ImageData, in a page or in node:
 *   readStamp(context.getImageData(0, 0, width, height))
 *   → { camera, utcUs, frame } or null if there is none or it is damaged.
 * The image must be the whole picture, at least about 320 pixels wide. No dependencies. */

const COLUMNS = 64,
  ROWS = 2,
  PICTURE_ROWS = 36,
  MAGIC = [0x4d, 0x4a],
  MIN_CONTRAST = 48;

const bitAt = (bytes, index) => (bytes[index >> 3] >> (7 - (index & 7))) & 1;

function crc16(bytes) {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return crc;
}

/* The mean luma (BT.601 weights) of the middle half of block `index`. */
function blockLevel({ data, width, height }, index) {
  const column = index % COLUMNS;
  const row = PICTURE_ROWS - ROWS + Math.floor(index / COLUMNS);
  const left = Math.floor(((4 * column + 1) * width) / (4 * COLUMNS));
  const right = Math.floor(((4 * column + 3) * width) / (4 * COLUMNS));
  const top = Math.floor(((4 * row + 1) * height) / (4 * PICTURE_ROWS));
  const bottom = Math.floor(((4 * row + 3) * height) / (4 * PICTURE_ROWS));
  let sum = 0,
    count = 0;
  for (let y = top; y <= bottom && y < height; y++)
    for (let x = left; x <= right && x < width; x++, count++) {
      const at = 4 * (y * width + x);
      sum += (77 * data[at] + 150 * data[at + 1] + 29 * data[at + 2]) / 256;
    }
  return count ? sum / count : 0;
}

/* Half way between the black and the white of the magic; null if they are too near each other. */
function threshold(levels) {
  const sum = [0, 0],
    count = [0, 0];
  for (let i = 0; i < 8 * MAGIC.length; i++) {
    const bit = bitAt(MAGIC, i);
    sum[bit] += levels[i];
    count[bit]++;
  }
  const black = sum[0] / count[0],
    white = sum[1] / count[1];
  return white - black < MIN_CONTRAST ? null : (black + white) / 2;
}

const bigEndian = (bytes) => bytes.reduce((value, byte) => value * 256 + byte, 0);

export function readStamp(image) {
  if (image.width < 2 * COLUMNS || image.height < 2 * PICTURE_ROWS) return null;
  const levels = Array.from({ length: COLUMNS * ROWS }, (_, index) => blockLevel(image, index));
  const middle = threshold(levels);
  if (middle === null) return null;
  const bytes = new Array((COLUMNS * ROWS) / 8).fill(0);
  levels.forEach((level, index) => {
    if (level > middle) bytes[index >> 3] |= 0x80 >> (index & 7);
  });
  if (bytes[0] !== MAGIC[0] || bytes[1] !== MAGIC[1]) return null;
  if (crc16(bytes.slice(0, 14)) !== bigEndian(bytes.slice(14))) return null;
  return { camera: bytes[2], utcUs: bigEndian(bytes.slice(3, 10)), frame: bigEndian(bytes.slice(10, 14)) };
}
