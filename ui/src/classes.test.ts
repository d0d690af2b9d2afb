// SPDX-License-Identifier: GPL-3.0-or-later
// All style sheets are one in the end: a class that two pages define dresses both. Each folder has its own; what several
// need is in base/, frame/ or style.css, and there alone. narrow.css comes last and changes what others define.
import { describe, expect, it } from 'vitest';

const sheets = import.meta.glob<string>('./**/*.css', { query: '?raw', import: 'default', eager: true });

/** Parts at commas that are not within brackets. */
function parted(selectors: string): string[] {
  let depth = 0;
  const marked = [...selectors].map((c) => {
    depth += c === '(' ? 1 : c === ')' ? -1 : 0;
    return c === ',' && depth === 0 ? '\n' : c;
  });
  return marked
    .join('')
    .split('\n')
    .map((s) => s.trim());
}

/** Of each rule, the class by which it begins: what stands before the first blank, '>', '+' or '~'. */
export function classesOf(css: string): Set<string> {
  const bare = css.replace(/\/\*[^]*?\*\//g, '').replace(/@(media|supports)[^{]*\{/g, '');
  const rules = [...bare.matchAll(/([^{};]+)\{/g)].map((m) => m[1]!.replace(/\s+/g, ' ').replace(/^[\s}]+/, ''));
  const found = rules
    .filter((rule) => !rule.startsWith('@'))
    .flatMap((rule) => parted(rule))
    .flatMap((selector) => /^[\w-]*\.([\w-]+)/.exec(selector)?.[1] ?? []);
  return new Set(found);
}

/** Classes that are defined in more than one of the folders. */
export function clashes(files: Record<string, string>): string[] {
  const owners = new Map<string, Set<string>>();
  for (const [file, css] of Object.entries(files)) {
    if (file === './narrow.css') continue;
    const folder = file.split('/').slice(1, -1).join('/') || 'style.css';
    for (const name of classesOf(css)) owners.set(name, (owners.get(name) ?? new Set()).add(folder));
  }
  return [...owners].filter(([, of]) => of.size > 1).map(([name, of]) => `.${name}: ${[...of].sort().join(', ')}`);
}

describe('classes of the style sheets', () => {
  it('are read from rules, also within a breakpoint', () => {
    const css = '/* .no {} */ .a, td.b > .c:is(.x, .y) { margin: 0 } @media (width > 1px) { .d .e { margin: 0 } }';
    expect([...classesOf(css)]).toEqual(['a', 'b', 'd']);
  });

  it('belong to two folders only where that is told', () => {
    const files = {
      './find/find.css': '.bar {}',
      './admin/a.css': '.bar i {} .own .baz {}',
      './live/l.css': '.baz {}',
    };
    expect(clashes(files)).toEqual(['.bar: admin, find']);
  });

  it('are each of one folder', () => {
    expect(Object.keys(sheets).length).toBeGreaterThan(10);
    expect(clashes(sheets)).toEqual([]);
  });
});
