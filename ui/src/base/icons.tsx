// SPDX-License-Identifier: GPL-3.0-or-later
// Drawn on 16 × 16 with the colour of the text beside them; the control around them carries the name.
const shapes = {
  play: <path d="M4 2.5v11l9-5.5z" fill="currentColor" />,
  pause: <path d="M4 3h3v10H4zM9 3h3v10H9z" fill="currentColor" />,
  back5: <path d="M8 3.5v9L2 8zM14 3.5v9L8 8z" fill="currentColor" />,
  ahead5: <path d="M8 3.5v9L14 8zM2 3.5v9L8 8z" fill="currentColor" />,
  frameBack: <path d="M10 3.5v9L4 8zM11.5 3.5H13v9h-1.5z" fill="currentColor" />,
  frameAhead: <path d="M6 3.5v9L12 8zM3 3.5h1.5v9H3z" fill="currentColor" />,
  eventBack: <path d="M3 3h1.6v10H3zM13 3v10L5.5 8z" fill="currentColor" />,
  eventAhead: <path d="M11.4 3H13v10h-1.6zM3 3v10l7.5-5z" fill="currentColor" />,
  sound: <path d="M2 6h2.500L8 3v10L4.5 10H2zM10 5.500a3.5 3.5 0 0 1 0 5M11.8 3.500a6 6 0 0 1 0 9" />,
  mute: <path d="M2 6h2.500L8 3v10L4.5 10H2zM10.5 6l4 4M14.5 6l-4 4" />,
  full: <path d="M2.5 6V2.500H6M10 2.500h3.500V6M13.5 10v3.500H10M6 13.500H2.500V10" />,
  link: (
    <path d="M6.5 9.500l3-3M7 4.500l1.5-1.500a3 3 0 0 1 4.5 4.500L11.5 9M9 11.500L7.5 13A3 3 0 0 1 3 8.500L4.5 7" />
  ),
  copy: <path d="M5.5 5.500h8v8h-8zM10.5 5.500v-3h-8v8h3" />,
  search: <path d="M7 2.500a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM10.3 10.300l3.7 3.7" />,
  theme: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 2.500a5.5 5.5 0 0 1 0 11z" fill="currentColor" />
    </>
  ),
  enlarge: <path d="M9.5 2.500h4v4M13 3L9 7M6.5 13.500h-4v-4M3 13l4-4" />,
  before: <path d="M10 3L5 8l5 5" />,
  after: <path d="M6 3l5 5-5 5" />,
  calendar: <path d="M2.5 3.5h11v10h-11zM2.5 6.5h11M5.5 2v3M10.5 2v3" />,
  lock: (
    <>
      <path d="M3.5 7.500h9v6h-9z" fill="currentColor" />
      <path d="M5.500 7V5a2.5 2.500 0 0 1 5 0v2" />
    </>
  ),
  still: (
    <>
      <path d="M2 5h3l1-1.500h4L11 5h3v8H2z" />
      <circle cx="8" cy="8.800" r="2.300" />
    </>
  ),
  replay: <path d="M3.500 3v3.500H7M3.800 6.300a5 5 0 1 1-.6 3.200M8 5.500V8.500l2 1.200" />,
  mark: <path d="M4 14V2.500h8.500L10 5.500l2.5 3H4" />,
  check: <path d="M3 8.500l3.5 3.500L13 4.5" />,
} as const;

export type IconName = keyof typeof shapes;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 16 16"
      width="16"
      height="16"
      fill="none"
      stroke="currentColor"
      stroke-width="1.4"
      aria-hidden="true"
    >
      {shapes[name]}
    </svg>
  );
}
