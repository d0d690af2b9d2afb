// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { act } from 'preact/test-utils';
import { expect, it } from 'vitest';
import { press, show } from '../testing';
import { Choice } from './choice';
import { useKeys } from './hooks';

const heard: string[] = [];
const chosen: string[] = [];

function Page() {
  useKeys((e) => (heard.push(e.key), true));
  return (
    <>
      <Choice label="speed" value="a" onChoose={(value) => chosen.push(value)}>
        <option value="a">a</option>
        <option value="b">b</option>
      </Choice>
      <input type="checkbox" aria-label="box" />
    </>
  );
}

const field = <T extends HTMLElement>(label: string) => document.querySelector<T>(`[aria-label="${label}"]`)!;
const choose = (value: string) =>
  act(() => {
    const list = field<HTMLSelectElement>('speed');
    list.value = value;
    list.dispatchEvent(new Event('change', { bubbles: true }));
  });
const key = (name: string) => press(document.activeElement ?? document.body, name);

it('gives the keys back to the page after a choice', async () => {
  await show(<Page />);
  field('speed').focus();
  await key('m');
  expect(heard).toEqual([]); // while somebody chooses they are the list's
  await key(' '); // opens it
  await choose('b');
  expect(chosen.splice(0)).toEqual(['b']);
  await key('m');
  expect(heard.splice(0)).toEqual(['m']);
});

it('lets arrows go through a list that is not open', async () => {
  await show(<Page />);
  field('speed').focus();
  await key('ArrowDown');
  await choose('b');
  expect(document.activeElement).toBe(field('speed'));
  await key('Enter');
  expect(document.activeElement).not.toBe(field('speed'));
  await key('f');
  expect(heard.splice(0)).toEqual(['f']);
});

it('leaves to a box what a box takes', async () => {
  await show(<Page />);
  field('box').focus();
  for (const name of [' ', 'm', 'ArrowLeft']) await key(name);
  expect(heard.splice(0)).toEqual(['m', 'ArrowLeft']);
});
