import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { invariant, type TillLanguage } from '@tsunagu/kernel';
import type { OpenFont } from 'fontkit';
import type PDFDocument from 'pdfkit';
import type { PdfOptions } from 'pdfkit';

const resolve = createRequire(import.meta.url).resolve;

/** One face of the same family for each script; together they have every character of the five languages. */
const FILES = {
  jp: () => resolve('@expo-google-fonts/noto-sans-jp/400Regular/NotoSansJP_400Regular.ttf'),
  sc: () => resolve('@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf'),
  tc: () => resolve('@expo-google-fonts/noto-sans-tc/400Regular/NotoSansTC_400Regular.ttf'),
  kr: () => resolve('@expo-google-fonts/noto-sans-kr/400Regular/NotoSansKR_400Regular.ttf'),
} as const;
type Face = keyof typeof FILES;

/** The face that draws a language as its readers write it, then those that may have what it lacks (a Japanese name on a Korean slip). */
const ORDER: Readonly<Record<TillLanguage, readonly Face[]>> = {
  ja: ['jp', 'sc', 'kr'],
  en: ['jp', 'sc', 'kr'],
  'zh-Hans': ['sc', 'jp', 'kr'],
  'zh-Hant': ['tc', 'jp', 'sc', 'kr'],
  ko: ['kr', 'jp', 'sc'],
};

/** Opened once for the life of the process: reading one takes 2 ms, but its tables are parsed as they are used. */
const opened = new Map<Face, OpenFont>();

type Press = Pick<typeof import('fontkit'), 'create'> & { readonly PDFDocument: typeof PDFDocument };
let press: Press | undefined;

/** The packages that read fonts and write PDFs, loaded with the first file: most lives of the api print none. */
export async function loadPress(): Promise<void> {
  if (press !== undefined) return;
  const [{ create }, { default: document }] = await Promise.all([import('fontkit'), import('pdfkit')]);
  press = { create, PDFDocument: document };
}

function pressOf(): Press {
  invariant(press !== undefined, 'the press is loaded before it prints');
  return press;
}

/** A new PDF. Call {@link loadPress} before. */
export function newPdf(options: PdfOptions): PDFDocument {
  return new (pressOf().PDFDocument)(options);
}

function open(face: Face): OpenFont {
  const known = opened.get(face);
  if (known !== undefined) return known;
  const font = pressOf().create(readFileSync(FILES[face]()));
  opened.set(face, font);
  return font;
}

/** Text that one face can draw. */
export interface FontRun {
  readonly font: OpenFont;
  readonly text: string;
}

/** The main face of a language. */
export function mainFont(language: TillLanguage): OpenFont {
  return open(ORDER[language][0] ?? 'jp');
}

/** Cut a text where another face must take over. A character that no face has is drawn by the main one, as an empty box. */
export function fontRuns(text: string, language: TillLanguage): FontRun[] {
  const runs: { font: OpenFont; text: string }[] = [];
  for (const char of text) {
    const font = fontOf(char, language);
    const last = runs.at(-1);
    if (last?.font === font) last.text += char;
    else runs.push({ font, text: char });
  }
  return runs;
}

function fontOf(char: string, language: TillLanguage): OpenFont {
  const code = char.codePointAt(0) ?? 0;
  const face = ORDER[language].find((each) => open(each).hasGlyphForCodePoint(code));
  return face === undefined ? mainFont(language) : open(face);
}
