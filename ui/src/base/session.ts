// SPDX-License-Identifier: GPL-3.0-or-later
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Me } from '../api/types';
import type { Us, Zone } from './time';

/** Who is signed in, where, and what time it is there. */
export interface Session {
  me: Me;
  zone: Zone;
  /** The hall's clock, carried on from the server's last answer: the browser's own may be wrong. */
  hallNow(): Us;
  /** The hall's name for a place (one's own hall's, unless it is another); its code if it has none. */
  placeName(code: string, hall?: string): string;
}

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('no session');
  return session;
}

/** The code and the name; only the code if the name says no more. */
export function placeLabel(session: Session, code: string, hall?: string): string {
  const name = session.placeName(code, hall);
  return name && name !== code ? (name.includes(code) ? name : `${code} ${name}`) : code;
}
