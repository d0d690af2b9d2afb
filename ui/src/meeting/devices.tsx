// SPDX-License-Identifier: GPL-3.0-or-later
// Which camera and which microphone, with one's own picture, before anybody else sees it.
import { useEffect, useRef, useState } from 'preact/hooks';
import { useI18n } from '../i18n/i18n';
import type { Key } from '../i18n/table';

const HD = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 25, max: 30 } };

function whyNot(error: unknown): Key {
  const name = error instanceof DOMException ? error.name : '';
  return name === 'NotAllowedError' || name === 'SecurityError' ? 'joinDenied' : 'joinNoDevice';
}

export function Picture(props: { stream: MediaStream | null; muted?: boolean; mirrored?: boolean; leg?: string }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current;
    if (!element || element.srcObject === props.stream) return;
    element.srcObject = props.stream;
    if (props.stream) void element.play().catch(() => {});
  }, [props.stream]);
  return (
    <video
      ref={video}
      class={props.mirrored ? 'mirrored' : undefined}
      data-leg={props.leg}
      autoplay
      playsInline
      muted={props.muted ?? false}
    />
  );
}

function Choice(props: { label: string; devices: MediaDeviceInfo[]; value: string; onChoose: (id: string) => void }) {
  return (
    <label class="join-choice">
      {props.label}
      <select value={props.value} onChange={(e) => props.onChoose(e.currentTarget.value)}>
        {props.devices.map((d, i) => (
          <option key={d.deviceId} value={d.deviceId}>
            {d.label || `${props.label} ${i + 1}`}
          </option>
        ))}
      </select>
    </label>
  );
}

export function Devices({ onGo }: { onGo: (stream: MediaStream) => void }) {
  const { t } = useI18n();
  const [stream, setStream] = useState<MediaStream | null>(null);
  const [trouble, setTrouble] = useState<Key | null>(null);
  const [wanted, setWanted] = useState({ video: '', audio: '' });
  const [devices, setDevices] = useState<MediaDeviceInfo[]>([]);
  const [round, setRound] = useState(0);
  const taken = useRef(false);

  useEffect(() => {
    let current: MediaStream | null = null;
    let gone = false;
    const exact = (id: string) => (id ? { deviceId: { exact: id } } : {});
    const ask = async () => {
      if (!navigator.mediaDevices) return setTrouble('joinInsecure');
      try {
        current = await navigator.mediaDevices.getUserMedia({
          video: { ...HD, ...exact(wanted.video) },
          audio: { echoCancellation: true, noiseSuppression: true, ...exact(wanted.audio) },
        });
        if (gone) return current.getTracks().forEach((track) => track.stop());
        setTrouble(null);
        setStream(current);
        setDevices(await navigator.mediaDevices.enumerateDevices());
      } catch (error) {
        if (!gone) setTrouble(whyNot(error));
      }
    };
    void ask();
    return () => {
      gone = true;
      if (!taken.current) current?.getTracks().forEach((track) => track.stop());
    };
  }, [wanted, round]);

  const of = (kind: MediaDeviceKind) => devices.filter((d) => d.kind === kind);
  const used = (track: MediaStreamTrack | undefined) => track?.getSettings().deviceId ?? '';
  const go = () => {
    if (!stream) return;
    taken.current = true;
    onGo(stream);
  };
  return (
    <section class="join-card" aria-labelledby="devices-title">
      <h2 id="devices-title">{t('joinDevicesTitle')}</h2>
      <figure class="join-self" aria-label={t('joinSelf')}>
        <Picture stream={stream} muted mirrored />
      </figure>
      {!stream && !trouble && <p class="dim">{t('joinAsking')}</p>}
      {trouble && (
        <p class="form-problem" role="alert">
          {t(trouble)}{' '}
          <button type="button" class="button" onClick={() => setRound(round + 1)}>
            {t('retry')}
          </button>
        </p>
      )}
      {stream && (
        <>
          <Choice
            label={t('joinCamera')}
            devices={of('videoinput')}
            value={used(stream.getVideoTracks()[0])}
            onChoose={(video) => setWanted({ ...wanted, video })}
          />
          <Choice
            label={t('joinMicrophone')}
            devices={of('audioinput')}
            value={used(stream.getAudioTracks()[0])}
            onChoose={(audio) => setWanted({ ...wanted, audio })}
          />
        </>
      )}
      <button type="button" class="button primary" id="join-go" disabled={!stream} onClick={go}>
        {t('joinGo')}
      </button>
    </section>
  );
}
