import { z } from "zod";

export const noteSchema = z.string().trim().min(1).max(200);

const kept = globalThis as { notes?: Map<string, string[]> };
const notes = (kept.notes ??= new Map<string, string[]>());

/** Newest first. */
export function notesOf(userId: string): string[] {
  return notes.get(userId) ?? [];
}

export function addNote(userId: string, text: string): number {
  const own = [text, ...notesOf(userId)].slice(0, 100);
  notes.set(userId, own);
  return own.length;
}
