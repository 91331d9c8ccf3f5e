import { parseTopic } from '../../devices/contract/topics.ts';
import type { DeadLetterStore } from '../store/dead-letters.ts';
import type { Intake } from './index.ts';
import { bytesOf } from './restore.ts';

/** How long a replay waits for the store. */
const TIMEOUT_MS = 10_000;

/**
 * Puts a dead letter through the intake once more: past the clock bounds, and never answered with a decision. What is refused again
 * stays a dead letter.
 * @returns the outcome (of a status only that it was taken); null when there is no such dead letter or its payload was not kept
 */
export function createReplay({ deadLetters, intake }: { deadLetters: DeadLetterStore; intake: Intake }) {
  return async (id: string): Promise<object | null> => {
    const letter = await deadLetters.collection.findOne({ _id: id });
    const topic = letter && parseTopic(letter.topic);
    if (!letter?.raw || !topic) return null;
    const { kind, deviceId, message } = topic;
    return (await intake.submit(kind, deviceId, message, bytesOf({ raw: letter.raw }), TIMEOUT_MS, true)) ?? { stored: true };
  };
}
