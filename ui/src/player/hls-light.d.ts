// SPDX-License-Identifier: GPL-3.0-or-later
// hls.js ships one set of types for both of its builds; the light one lacks only what single playlists never need.
declare module 'hls.js/light' {
  export * from 'hls.js';
  export { default } from 'hls.js';
}
