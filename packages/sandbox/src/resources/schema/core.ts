/** The other structs of `core/v1`, and of the small groups. For the notation see `parse.ts`. */
export const CORE_STRUCTS = `
Node kind:s apiVersion:s metadata:ObjectMeta spec:NodeSpec status:NodeStatus
NodeSpec podCIDR:s podCIDRs@:[]s providerID:s unschedulable:b taints:[]Taint configSource:*NodeConfigSource externalID:s
NodeConfigSource configMap:*ConfigMapNodeConfigSource
ConfigMapNodeConfigSource namespace!:s name!:s uid:s resourceVersion:s kubeletConfigKey!:s
Taint key!:s value:s effect!:s timeAdded:*t
NodeStatus capacity:{}q allocatable:{}q phase:s conditions@type:[]NodeCondition addresses@type:[]NodeAddress daemonEndpoints:NodeDaemonEndpoints nodeInfo:NodeSystemInfo images:[]ContainerImage volumesInUse:[]s volumesAttached:[]AttachedVolume config:*NodeConfigStatus runtimeHandlers:[]NodeRuntimeHandler features:*NodeFeatures declaredFeatures:[]s
NodeCondition type!:s status!:s lastHeartbeatTime:t lastTransitionTime:t reason:s message:s
NodeAddress type!:s address!:s
NodeDaemonEndpoints kubeletEndpoint:DaemonEndpoint
DaemonEndpoint Port!:i
NodeSystemInfo machineID!:s systemUUID!:s bootID!:s kernelVersion!:s osImage!:s containerRuntimeVersion!:s kubeletVersion!:s kubeProxyVersion!:s operatingSystem!:s architecture!:s swap:*NodeSwapStatus
NodeSwapStatus capacity:*l
ContainerImage names!:[]s sizeBytes:l
AttachedVolume name!:s devicePath!:s
NodeConfigStatus assigned:*NodeConfigSource active:*NodeConfigSource lastKnownGood:*NodeConfigSource error:s
NodeRuntimeHandler name!:s features:*NodeRuntimeHandlerFeatures
NodeRuntimeHandlerFeatures recursiveReadOnlyMounts:*b userNamespaces:*b
NodeFeatures supplementalGroupsPolicy:*b
Namespace kind:s apiVersion:s metadata:ObjectMeta spec:NamespaceSpec status:NamespaceStatus
NamespaceSpec finalizers:[]s
NamespaceStatus phase:s conditions@type:[]NamespaceCondition
NamespaceCondition type!:s status!:s lastTransitionTime:t reason:s message:s
Event kind:s apiVersion:s metadata:ObjectMeta involvedObject:ObjectReference reason:s message:s source:EventSource firstTimestamp:t lastTimestamp:t count:i type:s eventTime:mt series:*EventSeries action:s related:*ObjectReference reportingComponent!:s reportingInstance!:s
EventsEvent kind:s apiVersion:s metadata:ObjectMeta eventTime:mt series:*EventSeries reportingController:s reportingInstance:s action:s reason:s regarding:ObjectReference related:*ObjectReference note:s type:s deprecatedSource:EventSource deprecatedFirstTimestamp:t deprecatedLastTimestamp:t deprecatedCount:i
EventSource component:s host:s
EventSeries count:i lastObservedTime:mt
ObjectReference kind:s namespace:s name:s uid:s apiVersion:s resourceVersion:s fieldPath:s
Service kind:s apiVersion:s metadata:ObjectMeta spec:ServiceSpec status:ServiceStatus
ServiceSpec ports@port:[]ServicePort selector:{}s clusterIP:s clusterIPs:[]s type:s externalIPs:[]s sessionAffinity:s loadBalancerIP:s loadBalancerSourceRanges:[]s externalName:s externalTrafficPolicy:s healthCheckNodePort:i publishNotReadyAddresses:b sessionAffinityConfig:*SessionAffinityConfig ipFamilies:[]s ipFamilyPolicy:*s allocateLoadBalancerNodePorts:*b loadBalancerClass:*s internalTrafficPolicy:*s trafficDistribution:*s
ServicePort name:s protocol:s appProtocol:*s port!:i targetPort:is nodePort:i
SessionAffinityConfig clientIP:*ClientIPConfig
ClientIPConfig timeoutSeconds:*i
ServiceStatus loadBalancer:LoadBalancerStatus conditions@type:[]Condition
LoadBalancerStatus ingress:[]LoadBalancerIngress
LoadBalancerIngress ip:s hostname:s ipMode:*s ports:[]PortStatus
PortStatus port!:i protocol!:s error:*s
Endpoints kind:s apiVersion:s metadata:ObjectMeta subsets:[]EndpointSubset
EndpointSubset addresses:[]EndpointAddress notReadyAddresses:[]EndpointAddress ports:[]EndpointPort
EndpointAddress ip!:s hostname:s nodeName:*s targetRef:*ObjectReference
EndpointPort name:s port!:i protocol:s appProtocol:*s
EndpointSlice kind:s apiVersion:s metadata:ObjectMeta addressType!:s endpoints!:[]Endpoint ports!:[]DiscoveryEndpointPort
Endpoint addresses!:[]s conditions:EndpointConditions hostname:*s targetRef:*ObjectReference deprecatedTopology:{}s nodeName:*s zone:*s hints:*EndpointHints
EndpointConditions ready:*b serving:*b terminating:*b
EndpointHints forZones:[]ForZone forNodes:[]ForNode
ForZone name!:s
ForNode name!:s
DiscoveryEndpointPort name:*s protocol:*s port:*i appProtocol:*s
ConfigMap kind:s apiVersion:s metadata:ObjectMeta immutable:*b data:{}s binaryData:{}bytes
Secret kind:s apiVersion:s metadata:ObjectMeta immutable:*b data:{}bytes stringData:{}s type:s
ServiceAccount kind:s apiVersion:s metadata:ObjectMeta secrets@name:[]ObjectReference imagePullSecrets:[]LocalObjectReference automountServiceAccountToken:*b
LimitRange kind:s apiVersion:s metadata:ObjectMeta spec:LimitRangeSpec
LimitRangeSpec limits!:[]LimitRangeItem
LimitRangeItem type!:s max:{}q min:{}q default:{}q defaultRequest:{}q maxLimitRequestRatio:{}q
ResourceQuota kind:s apiVersion:s metadata:ObjectMeta spec:ResourceQuotaSpec status:ResourceQuotaStatus
ResourceQuotaSpec hard:{}q scopes:[]s scopeSelector:*ScopeSelector
ScopeSelector matchExpressions:[]ScopedResourceSelectorRequirement
ScopedResourceSelectorRequirement scopeName!:s operator!:s values:[]s
ResourceQuotaStatus hard:{}q used:{}q
ReplicationController kind:s apiVersion:s metadata:ObjectMeta spec:ReplicationControllerSpec status:ReplicationControllerStatus
ReplicationControllerSpec replicas:*i minReadySeconds:i selector:{}s template:*PodTemplateSpec
ReplicationControllerStatus replicas!:i fullyLabeledReplicas:i readyReplicas:i availableReplicas:i observedGeneration:l conditions@type:[]WorkloadCondition
Binding kind:s apiVersion:s metadata:ObjectMeta target:ObjectReference
Eviction kind:s apiVersion:s metadata:ObjectMeta deleteOptions:*DeleteOptions
Lease kind:s apiVersion:s metadata:ObjectMeta spec:LeaseSpec
LeaseSpec holderIdentity:*s leaseDurationSeconds:*i acquireTime:*mt renewTime:*mt leaseTransitions:*i strategy:*s preferredHolder:*s
PriorityClass kind:s apiVersion:s metadata:ObjectMeta value!:i globalDefault:b description:s preemptionPolicy:*s
RuntimeClass kind:s apiVersion:s metadata:ObjectMeta handler!:s overhead:*Overhead scheduling:*Scheduling
Overhead podFixed:{}q
Scheduling nodeSelector:{}s tolerations:[]Toleration
StorageClass kind:s apiVersion:s metadata:ObjectMeta provisioner!:s parameters:{}s reclaimPolicy:*s mountOptions:[]s allowVolumeExpansion:*b volumeBindingMode:*s allowedTopologies:[]TopologySelectorTerm
TopologySelectorTerm matchLabelExpressions:[]TopologySelectorLabelRequirement
TopologySelectorLabelRequirement key!:s values!:[]s
PodDisruptionBudget kind:s apiVersion:s metadata:ObjectMeta spec:PodDisruptionBudgetSpec status:PodDisruptionBudgetStatus
PodDisruptionBudgetSpec minAvailable:*is selector:*LabelSelector maxUnavailable:*is unhealthyPodEvictionPolicy:*s
PodDisruptionBudgetStatus observedGeneration:l disruptedPods:{}t disruptionsAllowed!:i currentHealthy!:i desiredHealthy!:i expectedPods!:i conditions@type:[]Condition
Role kind:s apiVersion:s metadata:ObjectMeta rules!:[]PolicyRule
ClusterRole kind:s apiVersion:s metadata:ObjectMeta rules!:[]PolicyRule aggregationRule:*AggregationRule
AggregationRule clusterRoleSelectors:[]LabelSelector
PolicyRule verbs!:[]s apiGroups:[]s resources:[]s resourceNames:[]s nonResourceURLs:[]s
RoleBinding kind:s apiVersion:s metadata:ObjectMeta subjects:[]Subject roleRef:RoleRef
ClusterRoleBinding kind:s apiVersion:s metadata:ObjectMeta subjects:[]Subject roleRef:RoleRef
Subject kind!:s apiGroup:s name!:s namespace:s
RoleRef apiGroup!:s kind!:s name!:s
`;
