/** A bell of two soft tones, three for something critical; no file is fetched for it. */
export function createBell() {
  let context: AudioContext | null = null;

  /** Rings. A page nobody has touched yet may not sound: then it stays silent rather than fail. */
  function ring(critical: boolean): void {
    if (typeof AudioContext === 'undefined' || navigator.userActivation?.hasBeenActive === false) return;
    context ??= new AudioContext();
    const to = context;
    to.resume().then(
      () => [660, 880, ...(critical ? [1100] : [])].forEach((pitch, n) => tone(to, pitch, to.currentTime + n * 0.18)),
      () => undefined,
    );
  }

  return { ring };
}

function tone(context: AudioContext, pitch: number, at: number): void {
  const source = context.createOscillator();
  const volume = context.createGain();
  source.frequency.value = pitch;
  volume.gain.setValueAtTime(0.0001, at);
  volume.gain.exponentialRampToValueAtTime(0.2, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.35);
  source.connect(volume).connect(context.destination);
  source.start(at);
  source.stop(at + 0.4);
}
