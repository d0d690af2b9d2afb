// SPDX-License-Identifier: GPL-3.0-or-later
// What a new alarm may do besides standing in the list: a tone, a notification of the browser. Off until chosen, and
// remembered by this browser.

const SOUND_KEY = 'mingjing.alarm-sound';
const NOTIFY_KEY = 'mingjing.alarm-notify';

const read = (key: string): boolean => localStorage.getItem(key) === '1';
const write = (key: string, on: boolean): void => localStorage.setItem(key, on ? '1' : '0');

export const soundIsOn = (): boolean => read(SOUND_KEY);
export const notifyIsOn = (): boolean => read(NOTIFY_KEY) && permission() === 'granted';

function permission(): NotificationPermission {
  return typeof Notification === 'undefined' ? 'denied' : Notification.permission;
}

let audio: AudioContext | null = null;

/** Two short tones; one lower one for what is only yellow. */
export function beep(red: boolean): void {
  try {
    audio ??= new AudioContext();
    void audio.resume();
    for (const [i, hertz] of (red ? [880, 660] : [520]).entries()) {
      const tone = audio.createOscillator();
      const loud = audio.createGain();
      const at = audio.currentTime + i * 0.22;
      tone.frequency.value = hertz;
      loud.gain.setValueAtTime(0, at);
      loud.gain.linearRampToValueAtTime(0.2, at + 0.02);
      loud.gain.linearRampToValueAtTime(0, at + 0.2);
      tone.connect(loud).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 0.21);
    }
  } catch {
    // A machine without sound: the list says it all the same.
  }
}

/** By a click, so that the browser lets it sound later. */
export function setSound(on: boolean): void {
  write(SOUND_KEY, on);
  if (on) beep(false);
}

/** Asks for permission if need be. Whether it is on now. */
export async function setNotify(on: boolean): Promise<boolean> {
  if (on && permission() === 'default') await Notification.requestPermission();
  write(NOTIFY_KEY, on);
  return notifyIsOn();
}

/** The same tag replaces what was told before. */
export function notify(title: string, body: string, tag: string): void {
  try {
    const told = new Notification(title, { body, tag, lang: document.documentElement.lang });
    told.onclick = () => {
      window.focus();
      window.location.hash = '#/alarms';
      told.close();
    };
  } catch {
    // Some browsers have notifications for installed pages alone.
  }
}
