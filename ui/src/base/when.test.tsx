// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { useState } from 'preact/hooks';
import { act } from 'preact/test-utils';
import { expect, it, vi } from 'vitest';
import { press, show, type } from '../testing';
import { readWhen, When, type WhenProps } from './when';

it.each([
  ['2026-11-22', false, '2026-11-22'],
  [' 2026-11-22 ', false, '2026-11-22'],
  ['2026-02-29', false, null],
  ['2026-11-22 09:31', false, null],
  ['22/11/2026', false, null],
  ['11/22/2026', false, null],
  ['2026-11-22 09:31', true, '2026-11-22T09:31'],
  ['2026-11-22T23:59', true, '2026-11-22T23:59'],
  ['2026-11-22 09：31', true, '2026-11-22T09:31'],
  ['2026-11-22', true, null],
  ['2026-11-22 24:00', true, null],
  ['2026-11-22 9:31', true, null],
  ['2026-11-22 09:31 PM', true, null],
  ['', true, null],
])('reads %j (to the minute: %s) as %j', (text, minutes, value) => expect(readWhen(text, minutes)).toBe(value));

const given: string[] = [];
function Shown(props: Partial<WhenProps>) {
  const [value, setValue] = useState(props.value ?? '');
  return <When id="w" {...props} value={value} onInput={(v) => (given.push(v), setValue(v))} />;
}
const field = (page: HTMLElement) => page.querySelector<HTMLInputElement>('#w')!;
const leave = (page: HTMLElement) => act(() => void field(page).dispatchEvent(new FocusEvent('blur')));

it.each(['zh', 'en'] as const)('is written one way and told in the language of the page (%s)', async (lang) => {
  given.length = 0;
  const page = await show(<Shown minutes />, lang);
  const [shape, wrong] =
    lang === 'zh'
      ? ['年-月-日 时:分', '请写成 2026-11-22 09:31 这样的时间']
      : ['YYYY-MM-DD HH:MM', 'Write a time as 2026-11-22 09:31'];
  expect(field(page).type).toBe('text');
  expect(field(page).placeholder).toBe(shape);
  expect(field(page).validity.valid).toBe(true); // nothing need stand there
  await type(field(page), '11/22/2026, 09:31 AM');
  expect(given.at(-1)).toBe('');
  expect(field(page).getAttribute('aria-invalid')).toBe('true');
  expect(field(page).validationMessage).toBe(wrong); // so that the form is not sent
  expect(page.querySelector('#w-wrong')).toBeNull(); // as long as somebody types
  await leave(page);
  expect(page.querySelector('#w-wrong')!.textContent).toBe(wrong);
  expect(field(page).getAttribute('aria-describedby')).toContain('w-wrong');
  await type(field(page), '2026-11-22 09:31');
  expect(given.at(-1)).toBe('2026-11-22T09:31');
  expect(field(page).validity.valid).toBe(true);
  expect(page.querySelector('#w-wrong')).toBeNull();
});

it('moves by days with the keys, and takes what the calendar picks', async () => {
  given.length = 0;
  const page = await show(<Shown minutes value="2026-11-30T09:31" />);
  expect(field(page).value).toBe('2026-11-30 09:31');
  await press(field(page), 'ArrowUp');
  expect([given.at(-1), field(page).value]).toEqual(['2026-12-01T09:31', '2026-12-01 09:31']);
  await press(field(page), 'ArrowDown');
  expect(given.at(-1)).toBe('2026-11-30T09:31');
  const calendar = page.querySelector<HTMLInputElement>('input[type=datetime-local]')!;
  const showPicker = vi.fn();
  Object.assign(calendar, { showPicker });
  expect([calendar.tabIndex, calendar.getAttribute('aria-hidden')]).toEqual([-1, 'true']);
  await act(() => page.querySelector('button')!.click());
  expect(showPicker).toHaveBeenCalledOnce();
  await type(calendar, '2026-10-01T08:00');
  expect([given.at(-1), field(page).value]).toEqual(['2026-10-01T08:00', '2026-10-01 08:00']);
});

it('has to be there and not too early where that is asked', async () => {
  const page = await show(<Shown required min="2026-11-22" />);
  expect(field(page).validationMessage).toBe('Write a day as 2026-11-22');
  await type(field(page), '2026-11-21');
  expect(field(page).validationMessage).toBe('Not earlier than 2026-11-22');
  expect(given.at(-1)).toBe('');
  await type(field(page), '2026-11-22');
  expect(field(page).validity.valid).toBe(true);
});

it('is the only one: no other field of the page is written by the browser', () => {
  const sources = import.meta.glob<string>('../**/*.tsx', { query: '?raw', import: 'default', eager: true });
  const others = Object.entries(sources).filter(([name]) => !name.includes('.test.') && name !== './when.tsx');
  expect(others.length).toBeGreaterThan(50);
  const native = others.filter(([, text]) => /type=.?.?(date|time|datetime-local|month|week)\b/.test(text));
  expect(native.map(([name]) => name)).toEqual([]);
});
