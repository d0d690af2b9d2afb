// SPDX-License-Identifier: GPL-3.0-or-later
// The picture that is shown now, as a file with its camera and its moment in the name.
import type { Us, Zone } from '../base/time';
import { formatDay, formatClockMs } from '../base/time';

/** "w07-face_20261122_093105.120.jpg", by the hall's clock. */
export function stillName(camera: string, at: Us, zone: Zone): string {
  const safe = camera.replace(/[^\p{L}\p{N}._-]/gu, '-');
  return `${safe}_${formatDay(at, zone).replaceAll('-', '')}_${formatClockMs(at, zone).replaceAll(':', '')}.jpg`;
}

/** False if there is no picture. */
export async function saveStill(video: HTMLVideoElement, camera: string, zone: Zone): Promise<boolean> {
  const at = Number(video.dataset.wallUs);
  if (!at || !video.videoWidth) return false;
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  canvas.getContext('2d')!.drawImage(video, 0, 0);
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.92 });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = stillName(camera, at, zone);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  return true;
}
