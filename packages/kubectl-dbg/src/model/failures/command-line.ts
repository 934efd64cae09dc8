import type { Configuration, Lost, NotFound, Refused, Usage } from './meaning.ts';

/** Failures of the program kubectl-dbg only; users of the library never see them. */
export interface CommandLineFailures {
  /** The command line is wrong. */
  CommandLineInvalid: Usage;
  /** A reason (`--reason`) is required here, but missing. */
  ReasonNotGiven: Usage;
  /** A file or URL on the command line can't be read. */
  InputFileUnreadable: Usage;
  /** A file on the command line can't be written. */
  OutputFileUnwritable: Usage;
  /** The plan could not be edited, or the edited version is not usable. */
  EditFailed: Usage;
  /** A preferences file (kuberc) is wrong or can't be read. */
  PreferencesInvalid: Configuration;
  /** The last session of this terminal is requested, but there is none. */
  LastSessionUnknown: NotFound;
  /** The last session of this terminal is in another cluster. */
  LastSessionElsewhere: Usage;
  /** There were warnings, and they count as errors (`--warnings-as-errors`). */
  WarningsReceived: Refused;
  /** Standard input can't be read. */
  StdinUnreadable: Lost;
  /** Standard output, or the file that replaces it, can't be written. */
  OutputFailed: Lost;
  /** A report can't be written. */
  ReportUnwritable: Lost;
  /** Some entries of a directory were not copied. */
  EntriesSkipped: Lost;
}
