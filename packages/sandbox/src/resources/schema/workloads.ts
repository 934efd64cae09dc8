/** Structs of `apps/v1`, `batch/v1` and `autoscaling/v1`. For the notation see `parse.ts`. */
export const WORKLOAD_STRUCTS = `
WorkloadCondition type!:s status!:s lastTransitionTime:t reason:s message:s
Deployment kind:s apiVersion:s metadata:ObjectMeta spec:DeploymentSpec status:DeploymentStatus
DeploymentSpec replicas:*i selector!:*LabelSelector template:PodTemplateSpec strategy~:DeploymentStrategy minReadySeconds:i revisionHistoryLimit:*i paused:b progressDeadlineSeconds:*i
DeploymentStrategy type:s rollingUpdate:*RollingUpdateDeployment
RollingUpdateDeployment maxUnavailable:*is maxSurge:*is
DeploymentStatus observedGeneration:l replicas:i updatedReplicas:i readyReplicas:i availableReplicas:i unavailableReplicas:i terminatingReplicas:*i conditions@type:[]DeploymentCondition collisionCount:*i
DeploymentCondition type!:s status!:s lastUpdateTime:t lastTransitionTime:t reason:s message:s
ReplicaSet kind:s apiVersion:s metadata:ObjectMeta spec:ReplicaSetSpec status:ReplicaSetStatus
ReplicaSetSpec replicas:*i minReadySeconds:i selector!:*LabelSelector template:PodTemplateSpec
ReplicaSetStatus replicas!:i fullyLabeledReplicas:i readyReplicas:i availableReplicas:i terminatingReplicas:*i observedGeneration:l conditions@type:[]WorkloadCondition
StatefulSet kind:s apiVersion:s metadata:ObjectMeta spec:StatefulSetSpec status:StatefulSetStatus
StatefulSetSpec replicas:*i selector!:*LabelSelector template:PodTemplateSpec volumeClaimTemplates:[]PersistentVolumeClaim serviceName:s podManagementPolicy:s updateStrategy:StatefulSetUpdateStrategy revisionHistoryLimit:*i minReadySeconds:i persistentVolumeClaimRetentionPolicy:*StatefulSetPersistentVolumeClaimRetentionPolicy ordinals:*StatefulSetOrdinals
StatefulSetUpdateStrategy type:s rollingUpdate:*RollingUpdateStatefulSetStrategy
RollingUpdateStatefulSetStrategy partition:*i maxUnavailable:*is
StatefulSetPersistentVolumeClaimRetentionPolicy whenDeleted:s whenScaled:s
StatefulSetOrdinals start!:i
StatefulSetStatus observedGeneration:l replicas!:i readyReplicas:i currentReplicas:i updatedReplicas:i currentRevision:s updateRevision:s collisionCount:*i conditions@type:[]WorkloadCondition availableReplicas!:i
DaemonSet kind:s apiVersion:s metadata:ObjectMeta spec:DaemonSetSpec status:DaemonSetStatus
DaemonSetSpec selector!:*LabelSelector template:PodTemplateSpec updateStrategy:DaemonSetUpdateStrategy minReadySeconds:i revisionHistoryLimit:*i
DaemonSetUpdateStrategy type:s rollingUpdate:*RollingUpdateDaemonSet
RollingUpdateDaemonSet maxUnavailable:*is maxSurge:*is
DaemonSetStatus currentNumberScheduled!:i numberMisscheduled!:i desiredNumberScheduled!:i numberReady!:i observedGeneration:l updatedNumberScheduled:i numberAvailable:i numberUnavailable:i collisionCount:*i conditions@type:[]WorkloadCondition
ControllerRevision kind:s apiVersion:s metadata:ObjectMeta data:any revision!:l
Job kind:s apiVersion:s metadata:ObjectMeta spec:JobSpec status:JobStatus
JobSpec parallelism:*i completions:*i activeDeadlineSeconds:*l podFailurePolicy:*PodFailurePolicy successPolicy:*SuccessPolicy backoffLimit:*i backoffLimitPerIndex:*i maxFailedIndexes:*i selector:*LabelSelector manualSelector:*b template:PodTemplateSpec ttlSecondsAfterFinished:*i completionMode:*s suspend:*b podReplacementPolicy:*s managedBy:*s
PodFailurePolicy rules!:[]PodFailurePolicyRule
PodFailurePolicyRule action!:s onExitCodes:*PodFailurePolicyOnExitCodesRequirement onPodConditions!:[]PodFailurePolicyOnPodConditionsPattern
PodFailurePolicyOnExitCodesRequirement containerName:*s operator!:s values!:[]i
PodFailurePolicyOnPodConditionsPattern type!:s status!:s
SuccessPolicy rules!:[]SuccessPolicyRule
SuccessPolicyRule succeededIndexes:*s succeededCount:*i
JobStatus conditions@type:[]JobCondition startTime:*t completionTime:*t active:i succeeded:i failed:i terminating:*i completedIndexes:s failedIndexes:*s uncountedTerminatedPods:*UncountedTerminatedPods ready:*i
JobCondition type!:s status!:s lastProbeTime:t lastTransitionTime:t reason:s message:s
UncountedTerminatedPods succeeded:[]s failed:[]s
CronJob kind:s apiVersion:s metadata:ObjectMeta spec:CronJobSpec status:CronJobStatus
CronJobSpec schedule!:s timeZone:*s startingDeadlineSeconds:*l concurrencyPolicy:s suspend:*b jobTemplate:JobTemplateSpec successfulJobsHistoryLimit:*i failedJobsHistoryLimit:*i
JobTemplateSpec metadata:ObjectMeta spec:JobSpec
CronJobStatus active:[]ObjectReference lastScheduleTime:*t lastSuccessfulTime:*t
Scale kind:s apiVersion:s metadata:ObjectMeta spec:ScaleSpec status:ScaleStatus
ScaleSpec replicas:i
ScaleStatus replicas!:i selector:s
HorizontalPodAutoscaler kind:s apiVersion:s metadata:ObjectMeta spec:HorizontalPodAutoscalerSpec status:HorizontalPodAutoscalerStatus
HorizontalPodAutoscalerSpec scaleTargetRef:CrossVersionObjectReference minReplicas:*i maxReplicas!:i targetCPUUtilizationPercentage:*i
CrossVersionObjectReference kind!:s name!:s apiVersion:s
HorizontalPodAutoscalerStatus observedGeneration:*l lastScaleTime:*t currentReplicas!:i desiredReplicas!:i currentCPUUtilizationPercentage:*i
`;
