import { useEffect, useRef, useState } from 'preact/hooks';
import type { Image } from '../api/types';
import type { OpenProduct } from '../product/open_product';
import { MOST_CHARACTERS, draftOf, keepDraft, saveText, textOf } from '../product/texts';
import { whenOnline } from '../session/network';
import { may, renewals } from '../session/session';
import { say } from '../text/announcer';
import { capitalised, languageName } from '../text/formats';
import { text } from '../text/text';
import { errorText } from './failure';

interface Props {
  open: OpenProduct;
  image: Image;
  position: number;
  language: string;
}

type Status = 'idle' | 'saving' | 'saved' | 'failed';

/** One image's text in one language. It is saved on Enter and when the field is left. */
export function AltField({ open, image, position, language }: Props) {
  const shop = open.access.shop!;
  const isMain = language === shop.language;
  const stored = textOf(image, language, shop.language);
  const draft = draftOf(shop.id, image.id, language);
  const [value, setValue] = useState(draft ?? stored);
  const [status, setStatus] = useState<Status>(draft === null ? 'idle' : 'failed');
  const [error, setError] = useState<unknown>(null);
  const known = useRef(stored);
  const sending = useRef<string | null>(null);
  const typed = useRef(value);
  typed.current = value;

  // A text that another user has changed is shown, unless this one is being edited.
  useEffect(() => {
    if (value === known.current) setValue(stored);
    known.current = stored;
  }, [stored]);

  const save = async (): Promise<void> => {
    if (value === stored && status !== 'failed') return;
    if (value.length > MOST_CHARACTERS || sending.current === value) return;
    sending.current = value;
    setStatus('saving');
    keepDraft(shop.id, image.id, language, value);
    try {
      await whenOnline();
      await saveText(open.gallery, image.id, language, shop.language, value);
      keepDraft(shop.id, image.id, language, null);
      if (typed.current !== value) return;
      setStatus('saved');
      say(text('saved'));
    } catch (failure) {
      setError(failure);
      setStatus('failed');
    } finally {
      if (sending.current === value) sending.current = null;
    }
  };

  const renewal = renewals.value;
  useEffect(() => {
    if (renewal > 0 && status === 'failed') void save();
  }, [renewal]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') void save();
    if (event.key !== 'Escape' || value === stored) return;
    setValue(stored);
    setStatus('idle');
    keepDraft(shop.id, image.id, language, null);
    say(text('alt_reverted'));
  };

  const name = languageName(language);
  const id = `note-${image.id}-${language}`;
  const tooLong = value.length > MOST_CHARACTERS;
  const missing = isMain && value === '';
  const bad = tooLong || status === 'failed';
  const note = tooLong
    ? text('alt_too_long', { max: MOST_CHARACTERS })
    : status === 'failed'
      ? `${text('alt_failed')} ${error === null ? '' : errorText(error)}`
      : status === 'saving' || status === 'saved'
        ? text(status)
        : missing
          ? text('alt_missing')
          : '';
  return (
    <label class="alt">
      {capitalised(name)}
      {note !== '' && (
        <span id={id} class={bad ? 'note bad' : missing ? 'note warn' : 'note'}>
          {note}
        </span>
      )}
      <input
        lang={language.replace('_', '-')}
        dir="auto"
        autocomplete="off"
        value={value}
        readOnly={!may('images:write')}
        aria-label={text('alt_label', { position, language: name })}
        aria-describedby={note === '' ? undefined : id}
        aria-invalid={bad}
        onInput={({ currentTarget }) => {
          setValue(currentTarget.value);
          if (status !== 'failed') setStatus('idle');
        }}
        onBlur={() => void save()}
        onKeyDown={onKeyDown}
      />
    </label>
  );
}
