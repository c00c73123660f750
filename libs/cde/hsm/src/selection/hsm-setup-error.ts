import { AppError } from '@tsunagu/kernel';

/** The HSM of a process cannot be opened as configured. Names the variable, never its value. */
export class HsmSetupError extends AppError {
  readonly code = 'config_invalid';
  readonly category = 'internal';

  constructor(variable: string, rule: string) {
    super(`environment variable ${variable} ${rule}`, { variable });
  }
}
