/** Scenarios in which the sandbox deliberately differs from a real server, each with the reason. */
export const OUT_OF_SCOPE: Readonly<Record<string, string>> = {
  'lc-ec-target-crashlooping':
    'A crash-looping container is shown as CrashLoopBackOff at the kubelet’s next look at its pod, which comes when its pause is over and it is restarted; in this recording a look happened to come earlier, so that the debug container met a target that did not run. Here it meets one that is just starting.',
};
