// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';
import tokens from './tokens.css?raw';

type Colours = Record<string, string>;

function block(selector: string): Colours {
  const start = tokens.indexOf(selector);
  expect(start, selector).toBeGreaterThanOrEqual(0);
  const body = tokens.slice(tokens.indexOf('{', start) + 1, tokens.indexOf('}', start));
  return Object.fromEntries([...body.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map((m) => [m[1]!, m[2]!]));
}

const dark = block(":root[data-theme='dark']");
const light = { ...dark, ...block(":root[data-theme='light']") };
const system = { ...dark, ...block(":root[data-theme='system']") };

function luminance(hex: string): number {
  const part = (i: number) => {
    const c = parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
}

function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

const grounds = ['ground', 'surface', 'raised', 'accent-soft'];
const words = ['text', 'text-dim', 'accent', 'warn', 'bad', 'hold'];
const text: [string, string][] = [
  ...words.flatMap((w) => grounds.map((g): [string, string] => [w, g])),
  ['on-accent', 'accent'],
  ['text', 'warn-soft'],
  ['text', 'bad-soft'],
  ...['on-picture', 'on-picture-dim', 'picture-warn', 'picture-bad'].map((w): [string, string] => [w, 'picture']),
];
// What is not text but must be seen: 3 to 1.
const shapes: [string, string][] = [
  ['recording', 'surface'],
  ['accent', 'surface'],
];

describe.each([
  ['dark', dark],
  ['light', light],
])('%s', (_, colours) => {
  it.each(text)('%s can be read on %s', (front, back) => {
    expect(contrast(colours[front]!, colours[back]!)).toBeGreaterThanOrEqual(4.5);
  });
  it.each(shapes)('%s can be seen on %s', (front, back) => {
    expect(contrast(colours[front]!, colours[back]!)).toBeGreaterThanOrEqual(3);
  });
});

describe('colours', () => {
  it('of a light system are those of the light theme', () => {
    expect(system).toEqual(light);
  });
  it('are nowhere else', async () => {
    const files = import.meta.glob(['./**/*.{ts,tsx,css}', '!./tokens*', '!./**/*.test.*'], {
      query: '?raw',
      import: 'default',
      eager: true,
    });
    for (const [name, source] of Object.entries(files as Record<string, string>))
      expect(source, name).not.toMatch(/#[0-9a-f]{3,8}\b(?=[;\s,)'"])|rgba?\(|hsla?\(/i);
  });
});
