import { useState } from 'preact/hooks';
import { languageName } from '../text/formats';
import { text } from '../text/text';
import { FormDialog } from './form_dialog';

const OFFERED =
  'ar bg bn ca cs da de el en en_GB en_US es es_AR es_MX et eu fa fi fr fr_CA gl he hi hr hu hy id it ja ka kk ko lt lv ms nl no pl pt pt_BR pt_PT ro ru sk sl sr sv th tr uk ur uz vi zh zh_CN zh_TW'.split(
    ' ',
  );

interface Props {
  /** Languages that have a field already. */
  used: readonly string[];
  onAdd: (language: string) => void;
  onClose: () => void;
}

/** Asks for a language that gets a field on every image. */
export function LanguageDialog({ used, onAdd, onClose }: Props) {
  const offered = OFFERED.filter((code) => !used.includes(code))
    .map((code) => ({ code, name: languageName(code) }))
    .sort((one, other) => one.name.localeCompare(other.name));
  const [chosen, setChosen] = useState(offered[0]?.code ?? '');
  return (
    <FormDialog
      title={text('add_language')}
      action={text('add')}
      onSubmit={() => onAdd(chosen)}
      onClose={onClose}
    >
      <label for="new-language">{text('add_language_body')}</label>
      <select
        id="new-language"
        autoFocus
        value={chosen}
        onChange={({ currentTarget }) => setChosen(currentTarget.value)}
      >
        {offered.map(({ code, name }) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
    </FormDialog>
  );
}
