/** Protobuf field numbers of `meta/v1` structs. For the notation see `field-numbers.ts`. */
export const META_NUMBERS = `
ObjectMeta name generateName namespace selfLink uid resourceVersion generation creationTimestamp deletionTimestamp deletionGracePeriodSeconds labels annotations ownerReferences finalizers managedFields=17
OwnerReference kind name=3 uid apiVersion controller blockOwnerDeletion
ManagedFieldsEntry manager operation apiVersion time fieldsType=6 fieldsV1 subresource
LabelSelector matchLabels matchExpressions
LabelSelectorRequirement key operator values
Condition type status observedGeneration lastTransitionTime reason message
DeleteOptions gracePeriodSeconds preconditions orphanDependents propagationPolicy dryRun ignoreStoreReadErrorWithClusterBreakingPotential
Preconditions uid resourceVersion
ListMeta selfLink resourceVersion continue remainingItemCount
PartialObjectMetadata metadata
Status metadata status message reason details code
StatusDetails name group kind causes retryAfterSeconds uid
StatusCause reason message field
`;
