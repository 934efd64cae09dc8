/** Protobuf field numbers of the review APIs. For the notation see `field-numbers.ts`. */
export const REVIEW_NUMBERS = `
SelfSubjectReview metadata status
SelfSubjectReviewStatus userInfo
UserInfo username uid groups extra
TokenReview metadata spec status
TokenReviewSpec token audiences
TokenReviewStatus authenticated user error audiences
TokenRequest metadata spec status
TokenRequestSpec audiences boundObjectRef=3 expirationSeconds
BoundObjectReference kind apiVersion name uid
TokenRequestStatus token expirationTimestamp
SelfSubjectAccessReview metadata spec status
SelfSubjectAccessReviewSpec resourceAttributes nonResourceAttributes
SubjectAccessReview metadata spec status
LocalSubjectAccessReview metadata spec status
SubjectAccessReviewSpec resourceAttributes nonResourceAttributes user groups extra uid
ResourceAttributes namespace verb group version resource subresource name fieldSelector labelSelector
FieldSelectorAttributes rawSelector requirements
FieldSelectorRequirement key operator values
LabelSelectorAttributes rawSelector requirements
NonResourceAttributes path verb
SubjectAccessReviewStatus allowed reason evaluationError denied
SelfSubjectRulesReview metadata spec status
SelfSubjectRulesReviewSpec namespace
SubjectRulesReviewStatus resourceRules nonResourceRules incomplete evaluationError
ResourceRule verbs apiGroups resources resourceNames
NonResourceRule verbs nonResourceURLs
`;
