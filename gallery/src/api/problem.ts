import type { ProblemDetails } from './types';

/** A refusal by the API, with its code (contract: vitrine §2.1). */
export class Problem extends Error {
  /**
   * @param details the body of the answer.
   * @param retryAfter seconds to wait before another attempt, if the API named them.
   */
  constructor(
    readonly details: ProblemDetails,
    readonly retryAfter: number | null = null,
  ) {
    super(details.detail ?? details.code);
    this.name = 'Problem';
  }

  get code(): string {
    return this.details.code;
  }

  get requestId(): string | null {
    return this.details.request_id ?? null;
  }
}

/** No answer arrived: the network failed, or the answer was none of the API. */
export class UnreachableError extends Error {
  constructor() {
    super('No answer from the server.');
    this.name = 'UnreachableError';
  }
}

/** Whether the error is a refusal with this code. */
export function isProblem(error: unknown, code: string): error is Problem {
  return error instanceof Problem && error.code === code;
}
