/** Scenarios that the sandbox does not claim to answer as a real server does, each with its reason. */
export const OUT_OF_SCOPE: Readonly<Record<string, string>> = {
  'lc-ec-target-crashlooping':
    'A crash-looping container is shown as CrashLoopBackOff at the kubelet’s next look at its pod, which comes when its pause is over and it is restarted; in this recording a look happened to come earlier, so that the debug container met a target that did not run. Here it meets one that is just starting.',
};
