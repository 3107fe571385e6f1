/**
 * What the editor's panels are built of. A panel is made once for what it shows and then kept up to date: a field that
 * somebody types in is never replaced under their hands.
 */

import { el, set, svg } from '../../viewer/dom.js';
import { fill, wordsIn } from '../words.js';

export { el, set };

const words = wordsIn('loi_bien_tap');
let icons = '';

/** Where the studio's icons are. @param {string} url */
export const useIcons = (url) => void (icons = url);

/** @param {string} code @param {Record<string, string | number>} [fields] */
export const say = (code, fields) => fill(words[code] ?? code, fields);

/** Whether there is a word of that name. @param {string} code */
export const knows = (code) => code in words;

/** What a language is called: by our own words, else by the browser's. @param {string} lang */
export function languageName(lang) {
  if (knows(`language-${lang}`)) return say(`language-${lang}`);
  try {
    return new Intl.DisplayNames([document.documentElement.lang], { type: 'language' }).of(lang) ?? lang;
  } catch {
    return lang;
  }
}

/** @param {string} name */
export const icon = (name) => svg('svg', { class: 'icon', 'aria-hidden': 'true' }, svg('use', { href: `${icons}#i-${name}` }));

/**
 * @param {string} name what it is called @param {string} symbol @param {() => void} act
 * @param {{bare?: boolean, cls?: string, pressed?: boolean, keys?: string, about?: string}} [how]  bare: only its icon
 *   is seen; about: which of several it is, for those who do not see where it stands
 */
export function button(name, symbol, act, how = {}) {
  const made = el('button', {
    type: 'button', class: `button ${how.cls ?? ''} ${how.bare ? 'button-icon' : ''}`.trim(),
    title: how.bare || how.keys ? [name, how.keys].filter(Boolean).join(' · ') : null,
    'aria-label': how.about ? `${name}: ${how.about}` : how.bare ? name : null,
    'aria-pressed': how.pressed === undefined ? null : String(how.pressed), 'aria-keyshortcuts': how.keys,
  }, symbol && icon(symbol), !how.bare && el('span', {}, name));
  made.addEventListener('click', act);
  return made;
}

/** A panel that is kept up to date. */
export class Panel {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
    /** @type {(() => void)[]} */
    this.updates = [];
    /** @type {(() => void)[]} */
    this.endings = [];
  }

  /** Does something now, and again whenever the draft has changed. @param {() => void} update */
  bind(update) {
    this.updates.push(update);
    update();
  }

  /** @param {() => void} ending */
  onEnd(ending) {
    this.endings.push(ending);
  }

  refresh() {
    for (const update of this.updates) update();
  }

  end() {
    for (const ending of this.endings) ending();
    this.element.remove();
  }
}

let count = 0;
const freeName = () => `o_${++count}`;

/**
 * A field with its label above it and what is wrong with it below.
 *
 * @param {Panel} panel @param {string} label @param {HTMLElement} control
 * @param {{hint?: string, note?: () => string, count?: () => string, field?: string}} [how]
 *   note: what should be mended, looked at anew whenever something changes; field: by which a problem finds it
 */
export function field(panel, label, control, how = {}) {
  control.id ||= freeName();
  const note = el('p', { class: 'ed-note', id: `${control.id}_ghi` });
  const counted = el('span', { class: 'ed-count', 'aria-hidden': 'true' });
  const row = el('div', { class: 'ed-field', 'data-field': how.field },
    el('div', { class: 'ed-label' }, el('label', { for: control.id }, label), counted),
    control, how.hint && el('p', { class: 'ed-hint', id: `${control.id}_goi` }, how.hint), note);
  panel.bind(() => {
    const text = how.note?.() ?? '';
    note.textContent = text;
    note.hidden = !text;
    row.classList.toggle('is-lacking', Boolean(text));
    set(control, 'aria-describedby', [how.hint && `${control.id}_goi`, text && note.id].filter(Boolean).join(' ') || null);
    counted.textContent = how.count?.() ?? '';
  });
  return row;
}

/**
 * Ties a control to a value of the draft: what is typed goes in at once, what others change comes out, never while a
 * word is being put together (Telex, VNI).
 *
 * @template {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} C
 * @param {Panel} panel @param {C} control @param {() => string} get @param {(value: string) => void} put
 * @returns {C}
 */
export function tied(panel, control, get, put) {
  let sent = '';
  let composing = false;
  const send = () => {
    if (composing || control.value === sent) return;
    sent = control.value;
    put(control.value);
  };
  control.addEventListener('compositionstart', () => (composing = true));
  control.addEventListener('compositionend', () => {
    composing = false;
    send();
  });
  control.addEventListener('input', send);
  control.addEventListener('change', send);
  panel.bind(() => {
    const now = get();
    if (composing || now === sent && control.value === now) return;
    if (now !== sent || document.activeElement !== control) {
      sent = now;
      if (control.value !== now) control.value = now;
    }
  });
  return control;
}

/** @param {Panel} panel @param {() => string} get @param {(value: string) => void} put @param {{max?: number, lang?: string, type?: string, mode?: string, placeholder?: string}} [how] */
export const line = (panel, get, put, how = {}) => tied(panel, el('input', {
  type: how.type ?? 'text', maxlength: how.max, lang: how.lang, autocomplete: 'off', inputmode: how.mode, placeholder: how.placeholder,
}), get, put);

/** @param {Panel} panel @param {() => string} get @param {(value: string) => void} put @param {{max?: number, lang?: string, rows?: number}} [how] */
export const area = (panel, get, put, how = {}) =>
  tied(panel, el('textarea', { maxlength: how.max, lang: how.lang, rows: how.rows ?? 4 }), get, put);

/**
 * @param {Panel} panel @param {() => [string, string][]} options value and name
 * @param {() => string} get @param {(value: string) => void} put
 */
export function choice(panel, options, get, put) {
  const control = el('select');
  let shown = '';
  panel.bind(() => {
    const now = options();
    const key = JSON.stringify(now);
    if (key !== shown) {
      shown = key;
      const { value } = control;
      control.replaceChildren(...now.map(([of, name]) => el('option', { value: of }, name)));
      control.value = value;
    }
  });
  return tied(panel, control, get, put);
}

/**
 * A number of degrees, metres or the like, written as people of the page's language write it; what is no number is left
 * as it was.
 * @param {Panel} panel @param {() => number | null | undefined} get @param {(value: number | null) => void} put
 * @param {{min: number, max: number, step?: number, places?: number}} how
 */
export function figure(panel, get, put, how) {
  const written = (/** @type {number | null | undefined} */ value) =>
    (typeof value === 'number' ? String(Number(value.toFixed(how.places ?? 1))).replace('.', ',') : '');
  const control = el('input', { type: 'text', inputmode: 'decimal', autocomplete: 'off', class: 'ed-figure' });
  const read = () => {
    const text = control.value.trim().replace(',', '.');
    if (text === '') return null;
    const value = Number(text);
    return Number.isFinite(value) ? Math.max(how.min, Math.min(how.max, value)) : undefined;
  };
  control.addEventListener('change', () => {
    const value = read();
    if (value !== undefined) put(value);
    control.value = written(get());
  });
  control.addEventListener('keydown', (event) => {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const now = read() ?? get() ?? 0;
    put(Math.max(how.min, Math.min(how.max, now + by * (how.step ?? 1) * (event.shiftKey ? 10 : 1))));
    control.value = written(get());
  });
  panel.bind(() => {
    if (document.activeElement !== control) control.value = written(get());
  });
  return control;
}

/** @param {Panel} panel @param {string} label @param {() => boolean} get @param {(value: boolean) => void} put @param {string} [fieldName] */
export function tick(panel, label, get, put, fieldName) {
  const control = el('input', { type: 'checkbox', id: freeName() });
  control.addEventListener('change', () => put(control.checked));
  panel.bind(() => (control.checked = get()));
  return el('div', { class: 'ed-tick', 'data-field': fieldName }, control, el('label', { for: control.id }, label));
}

/** Letters with which only Vietnamese is written. */
const MARKS = /[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]/i;

/** Whether Vietnamese was typed without its marks: several words, and not a mark among them. @param {string} text */
export const looksBare = (text) => /\p{L}+\s+\p{L}+/u.test(text.trim()) && !MARKS.test(text);

/**
 * A text by language, one field for each language of the tour; says what is missing, too long or typed without marks.
 *
 * @param {Panel} panel @param {object} of
 * @param {string} of.label @param {string} of.field its place in what is edited
 * @param {() => string[]} of.languages @param {() => Record<string, string> | null | undefined} of.get
 * @param {(lang: string, value: string) => void} of.put
 * @param {{lines?: number, long?: number, max: number, optional?: boolean, hint?: string, draft?: () => Record<string, string>}} how
 *   long: from how many characters on it is too long to be read; draft: what could stand there
 */
export function texts(panel, of, how) {
  const box = el('div', { class: 'ed-texts' });
  /** @type {string} */
  let shown = '';
  /** @type {Panel | null} */
  let inner = null;
  panel.bind(() => {
    const languages = of.languages();
    if (languages.join() !== shown) {
      shown = languages.join();
      const parts = new Panel(el('div'));
      inner = parts;
      box.replaceChildren(...languages.map((lang, index) => one(parts, lang, index === 0, languages.length > 1)));
    } else inner?.refresh();
  });
  return box;

  /** @param {Panel} parts @param {string} lang @param {boolean} first @param {boolean} several */
  function one(parts, lang, first, several) {
    const get = () => of.get()?.[lang] ?? '';
    const put = (/** @type {string} */ value) => of.put(lang, value);
    const control = how.lines ? area(parts, get, put, { max: how.max, lang, rows: how.lines }) : line(parts, get, put, { max: how.max, lang });
    const name = several ? say('in-language', { label: of.label, language: languageName(lang) }) : of.label;
    return field(parts, name, control, {
      field: `${of.field}.${lang}`,
      ...(first && how.hint ? { hint: how.hint } : {}),
      count: () => (how.long && get().length > how.long * 0.8 ? `${get().length}/${how.long}` : ''),
      note() {
        const text = get();
        const filled = Object.values(of.get() ?? {}).some(Boolean);
        if (!text) return how.optional && !filled ? '' : say(first ? 'note-missing' : 'note-missing-other', { language: languageName(lang) });
        if (how.long && text.length > how.long) return say('note-long', { count: text.length, most: how.long });
        return lang === 'vi' && looksBare(text) ? say('note-bare') : '';
      },
    });
  }
}

/** Does something each time that somebody comes back to a dialog's page: what they put elsewhere meanwhile is there then. @param {HTMLDialogElement} dialog @param {() => void} act */
export function whenBack(dialog, act) {
  const back = () => document.visibilityState === 'visible' && act();
  document.addEventListener('visibilitychange', back);
  dialog.addEventListener('close', () => document.removeEventListener('visibilitychange', back), { once: true });
}

/** Opens a dialog over the page; it goes with Escape and gives the focus back. @param {string} title @param {(dialog: HTMLDialogElement) => (Node | null)[]} content @param {string} [cls] */
export function openDialog(title, content, cls = '') {
  const back = document.activeElement;
  const name = freeName();
  const dialog = el('dialog', { class: `ed-dialog ${cls}`, 'aria-labelledby': name });
  const close = button(say('close'), 'x', () => dialog.close(), { bare: true });
  dialog.append(el('div', { class: 'ed-dialog-head' }, el('h2', { id: name }, title), close));
  dialog.append(...content(dialog).filter((part) => part !== null));
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (back instanceof HTMLElement && back.isConnected) back.focus();
  });
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Says something at the foot of the page and to screen readers; `act` may be offered beside it. @param {string} text @param {{name: string, act: () => void} | null} [offer] */
export function tell(text, offer = null) {
  const place = document.querySelector('[data-said]');
  if (!(place instanceof HTMLElement)) return;
  clearTimeout(hiding);
  place.replaceChildren(el('p', {}, text), ...(offer ? [button(offer.name, '', () => {
    place.hidden = true;
    offer.act();
  })] : []));
  place.hidden = false;
  hiding = window.setTimeout(() => (place.hidden = true), offer ? 10_000 : 5_000);
}

let hiding = 0;
