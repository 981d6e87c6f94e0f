import { useState } from 'preact/hooks';
import { tokensIn } from '../session/links';
import { renew, startError } from '../session/session';
import { text } from '../text/text';
import { errorText } from './failure';

/** A field for a link with tokens. */
export function PasteLink() {
  const [value, setValue] = useState('');
  const [wrong, setWrong] = useState(false);
  return (
    <form
      class="paste-link"
      onSubmit={(event) => {
        event.preventDefault();
        const tokens = tokensIn(value);
        setWrong(tokens.length === 0);
        if (tokens.length === 0) return;
        setValue('');
        void renew(tokens);
      }}
    >
      <label for="link">{text('paste_link')}</label>
      <div class="joined">
        <input
          id="link"
          type="password"
          value={value}
          autocomplete="off"
          spellcheck={false}
          aria-invalid={wrong}
          aria-describedby="link-hint"
          onInput={({ currentTarget }) => setValue(currentTarget.value)}
        />
        <button class="button primary">{text('open')}</button>
      </div>
      <p id="link-hint" class={wrong ? 'small bad' : 'small'} role={wrong ? 'alert' : undefined}>
        {text(wrong ? 'no_token_in_link' : 'paste_hint')}
      </p>
      {startError.value !== null && (
        <p class="small bad" role="alert">
          {errorText(startError.value)}
        </p>
      )}
    </form>
  );
}
