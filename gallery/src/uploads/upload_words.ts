import { reasonText } from '../text/reasons';
import { text } from '../text/text';
import type { UploadFile } from './upload_file';

/** The state of a file in words. */
export function stateText(file: UploadFile): string {
  switch (file.state.value) {
    case 'ready':
    case 'sending':
      return '';
    case 'waiting':
      return text('file_waiting');
    case 'paused':
      return text('file_paused');
    case 'checking':
      return text('file_checking');
    case 'done':
      return text('file_done');
    case 'cancelled':
      return text('file_cancelled');
    case 'failed':
    case 'rejected': {
      const reason = file.reason.value ?? 'other';
      return reason === 'connection' ? text('connection_lost') : reasonText(reason);
    }
  }
}
