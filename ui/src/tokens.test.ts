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
  // Coverage bars: on the ruler, in a list, in a row that is pointed at or chosen; beside what is missing.
  ...['surface', 'ground', 'raised', 'accent-soft', 'warn-soft', 'bad-soft'].map((g): [string, string] => [
    'covered',
    g,
  ]),
  ['text', 'covered'],
  // Holds and damage lie over the bar, with a line of the surface between.
  ...['hold', 'warn', 'bad'].map((w): [string, string] => [w, 'surface']),
  ...['ground', 'surface'].map((g): [string, string] => ['line-strong', g]),
];
const strength = (name: string) => Number(new RegExp(`--${name}: (\\d+)%`).exec(tokens)![1]) / 100;

/** color-mix() in srgb of a colour over another. */
function mixed(over: string, under: string, part: number): string {
  const of = (hex: string, i: number) => parseInt(hex.slice(i, i + 2), 16);
  const mix = (i: number) => Math.round(part * of(over, i) + (1 - part) * of(under, i));
  return `#${[1, 3, 5].map((i) => mix(i).toString(16).padStart(2, '0')).join('')}`;
}

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

describe.each([
  ['dark', dark],
  ['light', light],
])('hatching, %s', (_, colours) => {
  const on = (hatch: string, ground: string, part: string) => mixed(colours[hatch]!, colours[ground]!, strength(part));
  it.each(['surface', 'raised', 'accent-soft'])('of a small bar can be seen on %s', (ground) => {
    expect(contrast(on('warn', ground, 'hatching-small'), colours[ground]!)).toBeGreaterThanOrEqual(3);
  });
  it.each([
    ['warn', 'warn-soft'],
    ['bad', 'bad-soft'],
  ])('in %s leaves the words over it readable', (hatch, ground) => {
    expect(contrast(colours.text!, on(hatch, ground, 'hatching'))).toBeGreaterThanOrEqual(4.5);
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
