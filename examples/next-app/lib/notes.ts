import { z } from "zod";

export const noteSchema = z.string().min(1).max(200);

const kept = globalThis as { notes?: Map<string, string[]> };
const notes = (kept.notes ??= new Map<string, string[]>());

export function notesOf(userId: string): string[] {
  return notes.get(userId) ?? [];
}

export function addNote(userId: string, text: string): number {
  const own = [...notesOf(userId), text].slice(-100);
  notes.set(userId, own);
  return own.length;
}
