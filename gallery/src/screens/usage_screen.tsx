import { useEffect, useState } from 'preact/hooks';
import type { Amount, Usage } from '../api/types';
import { Failure } from '../parts/failure';
import { Screen } from '../parts/screen';
import type { Access } from '../session/session';
import { bytes, formatName, number } from '../text/formats';
import { plural, text } from '../text/text';

/** Screen E: how many images the shop has, and how many bytes their originals take. */
export function UsageScreen({ access }: { access: Access }) {
  const [usage, setUsage] = useState<Usage | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [attempts, setAttempts] = useState(0);
  useEffect(() => {
    let wanted = true;
    setError(null);
    access.api.usage().then(
      (answer) => wanted && setUsage(answer),
      (failure: unknown) => wanted && setError(failure),
    );
    return () => void (wanted = false);
  }, [access.token, attempts]);
  return (
    <Screen title={text('usage')}>
      {error !== null ? (
        <Failure error={error} retry={() => setAttempts(attempts + 1)} />
      ) : usage === null ? (
        <p class="state">{text('loading')}</p>
      ) : (
        <Figures usage={usage} />
      )}
    </Screen>
  );
}

function Figures({ usage }: { usage: Usage }) {
  const formats = Object.entries(usage.formats)
    .filter(([, each]) => each.images > 0)
    .sort(([, one], [, other]) => other.bytes - one.bytes);
  return (
    <>
      <p class="figure">
        <strong>{plural('images', usage.images)}</strong> {bytes(usage.bytes)}
      </p>
      <table class="figures">
        <thead>
          <tr>
            <th scope="col">{text('format')}</th>
            <th scope="col">{text('amount')}</th>
            <th scope="col">{text('stored')}</th>
          </tr>
        </thead>
        <tbody>
          {formats.map(([format, amount]) => (
            <AmountRow key={format} name={formatName(format)} amount={amount} />
          ))}
        </tbody>
        <tfoot>
          <AmountRow name={text('total')} amount={usage} />
          <AmountRow name={text('kept')} amount={usage.kept} />
          <AmountRow name={text('library')} amount={usage.library} />
        </tfoot>
      </table>
      <p class="small">{text('originals_only')}</p>
      {!usage.exact && <p class="small warn">{text('not_exact')}</p>}
    </>
  );
}

function AmountRow({ name, amount }: { name: string; amount: Amount }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{number(amount.images)}</td>
      <td>{bytes(amount.bytes)}</td>
    </tr>
  );
}
