/** `meta/v1` structs. For the notation see `parse.ts`. */
export const META_STRUCTS = `
ObjectMeta name:s generateName:s namespace:s selfLink:s uid:s resourceVersion:s generation:l creationTimestamp?:t deletionTimestamp:*t deletionGracePeriodSeconds:*l labels:{}s annotations:{}s ownerReferences@uid:[]OwnerReference finalizers@:[]s managedFields:[]ManagedFieldsEntry
OwnerReference apiVersion!:s kind!:s name!:s uid!:s controller:*b blockOwnerDeletion:*b
ManagedFieldsEntry manager:s operation:s apiVersion:s time:*t fieldsType:s fieldsV1:any subresource:s
LabelSelector matchLabels:{}s matchExpressions:[]LabelSelectorRequirement
LabelSelectorRequirement key!:s operator!:s values:[]s
Condition type!:s status!:s observedGeneration:l lastTransitionTime:t reason!:s message!:s
DeleteOptions kind:s apiVersion:s gracePeriodSeconds:*l preconditions:*Preconditions orphanDependents:*b propagationPolicy:*s dryRun:[]s ignoreStoreReadErrorWithClusterBreakingPotential:*b
Preconditions uid:*s resourceVersion:*s
ListMeta selfLink:s resourceVersion:s continue:s remainingItemCount:*l
PartialObjectMetadata kind:s apiVersion:s metadata:ObjectMeta
Status kind:s apiVersion:s metadata:ListMeta status:s message:s reason:s details:*StatusDetails code:i
StatusDetails name:s group:s kind:s uid:s causes:[]StatusCause retryAfterSeconds:i
StatusCause reason:s message:s field:s
`;
