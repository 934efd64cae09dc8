/** Structs of a Pod, without its volumes. For the notation see `parse.ts`. */
export const POD_STRUCTS = `
Pod kind:s apiVersion:s metadata:ObjectMeta spec:PodSpec status:PodStatus
PodTemplateSpec metadata:ObjectMeta spec:PodSpec
PodTemplate kind:s apiVersion:s metadata:ObjectMeta template:PodTemplateSpec
PodSpec volumes@name~:[]Volume initContainers@name:[]Container containers@name!:[]Container ephemeralContainers@name:[]EphemeralContainer restartPolicy:s terminationGracePeriodSeconds:*l activeDeadlineSeconds:*l dnsPolicy:s nodeSelector:{}s serviceAccountName:s serviceAccount:s automountServiceAccountToken:*b nodeName:s hostNetwork:b hostPID:b hostIPC:b shareProcessNamespace:*b securityContext:*PodSecurityContext imagePullSecrets@name:[]LocalObjectReference hostname:s subdomain:s affinity:*Affinity schedulerName:s tolerations:[]Toleration hostAliases@ip:[]HostAlias priorityClassName:s priority:*i dnsConfig:*PodDNSConfig readinessGates:[]PodReadinessGate runtimeClassName:*s enableServiceLinks:*b preemptionPolicy:*s overhead:{}q topologySpreadConstraints@topologyKey:[]TopologySpreadConstraint setHostnameAsFQDN:*b os:*PodOS hostUsers:*b schedulingGates@name:[]PodSchedulingGate resourceClaims@name~:[]PodResourceClaim resources:*ResourceRequirements hostnameOverride:*s schedulingGroup:*PodSchedulingGroup
PodSchedulingGroup podGroupName:*s
Container name!:s image:s command:[]s args:[]s workingDir:s ports@containerPort:[]ContainerPort envFrom:[]EnvFromSource env@name:[]EnvVar resources:ResourceRequirements resizePolicy:[]ContainerResizePolicy restartPolicy:*s restartPolicyRules:[]ContainerRestartRule volumeMounts@mountPath:[]VolumeMount volumeDevices@devicePath:[]VolumeDevice livenessProbe:*Probe readinessProbe:*Probe startupProbe:*Probe lifecycle:*Lifecycle terminationMessagePath:s terminationMessagePolicy:s imagePullPolicy:s securityContext:*SecurityContext stdin:b stdinOnce:b tty:b
EphemeralContainer name!:s image:s command:[]s args:[]s workingDir:s ports@containerPort:[]ContainerPort envFrom:[]EnvFromSource env@name:[]EnvVar resources:ResourceRequirements resizePolicy:[]ContainerResizePolicy restartPolicy:*s restartPolicyRules:[]ContainerRestartRule volumeMounts@mountPath:[]VolumeMount volumeDevices@devicePath:[]VolumeDevice livenessProbe:*Probe readinessProbe:*Probe startupProbe:*Probe lifecycle:*Lifecycle terminationMessagePath:s terminationMessagePolicy:s imagePullPolicy:s securityContext:*SecurityContext stdin:b stdinOnce:b tty:b targetContainerName:s
ContainerPort name:s hostPort:i containerPort!:i protocol:s hostIP:s
EnvFromSource prefix:s configMapRef:*ConfigMapEnvSource secretRef:*SecretEnvSource
ConfigMapEnvSource name:s optional:*b
SecretEnvSource name:s optional:*b
EnvVar name!:s value:s valueFrom:*EnvVarSource
EnvVarSource fieldRef:*ObjectFieldSelector resourceFieldRef:*ResourceFieldSelector configMapKeyRef:*ConfigMapKeySelector secretKeyRef:*SecretKeySelector fileKeyRef:*FileKeySelector
ObjectFieldSelector apiVersion:s fieldPath!:s
ResourceFieldSelector containerName:s resource!:s divisor:Q
ConfigMapKeySelector name:s key!:s optional:*b
SecretKeySelector name:s key!:s optional:*b
FileKeySelector volumeName!:s path!:s key!:s optional:*b
ResourceRequirements limits:{}q requests:{}q claims:[]ResourceClaim
ResourceClaim name!:s request:s
ContainerResizePolicy resourceName!:s restartPolicy!:s
ContainerRestartRule action:s exitCodes:*ContainerRestartRuleOnExitCodes
ContainerRestartRuleOnExitCodes operator:s values:[]i
VolumeMount name!:s readOnly:b recursiveReadOnly:*s mountPath!:s subPath:s mountPropagation:*s subPathExpr:s
VolumeDevice name!:s devicePath!:s
Probe exec:*ExecAction httpGet:*HTTPGetAction tcpSocket:*TCPSocketAction grpc:*GRPCAction initialDelaySeconds:i timeoutSeconds:i periodSeconds:i successThreshold:i failureThreshold:i terminationGracePeriodSeconds:*l
ExecAction command:[]s
HTTPGetAction path:s port:is host:s scheme:s httpHeaders:[]HTTPHeader
HTTPHeader name!:s value!:s
TCPSocketAction port:is host:s
GRPCAction port!:i service!:*s
SleepAction seconds!:l
Lifecycle postStart:*LifecycleHandler preStop:*LifecycleHandler stopSignal:*s
LifecycleHandler exec:*ExecAction httpGet:*HTTPGetAction tcpSocket:*TCPSocketAction sleep:*SleepAction
SecurityContext capabilities:*Capabilities privileged:*b seLinuxOptions:*SELinuxOptions windowsOptions:*WindowsSecurityContextOptions runAsUser:*l runAsGroup:*l runAsNonRoot:*b readOnlyRootFilesystem:*b allowPrivilegeEscalation:*b procMount:*s seccompProfile:*SeccompProfile appArmorProfile:*AppArmorProfile
Capabilities add:[]s drop:[]s
SELinuxOptions user:s role:s type:s level:s
WindowsSecurityContextOptions gmsaCredentialSpecName:*s gmsaCredentialSpec:*s runAsUserName:*s hostProcess:*b
SeccompProfile type!:s localhostProfile:*s
AppArmorProfile type!:s localhostProfile:*s
PodSecurityContext seLinuxOptions:*SELinuxOptions windowsOptions:*WindowsSecurityContextOptions runAsUser:*l runAsGroup:*l runAsNonRoot:*b supplementalGroups:[]l supplementalGroupsPolicy:*s fsGroup:*l sysctls:[]Sysctl fsGroupChangePolicy:*s seccompProfile:*SeccompProfile appArmorProfile:*AppArmorProfile seLinuxChangePolicy:*s
Sysctl name!:s value!:s
LocalObjectReference name:s
Affinity nodeAffinity:*NodeAffinity podAffinity:*PodAffinity podAntiAffinity:*PodAntiAffinity
NodeAffinity requiredDuringSchedulingIgnoredDuringExecution:*NodeSelector preferredDuringSchedulingIgnoredDuringExecution:[]PreferredSchedulingTerm
NodeSelector nodeSelectorTerms!:[]NodeSelectorTerm
NodeSelectorTerm matchExpressions:[]NodeSelectorRequirement matchFields:[]NodeSelectorRequirement
NodeSelectorRequirement key!:s operator!:s values:[]s
PreferredSchedulingTerm weight!:i preference:NodeSelectorTerm
PodAffinity requiredDuringSchedulingIgnoredDuringExecution:[]PodAffinityTerm preferredDuringSchedulingIgnoredDuringExecution:[]WeightedPodAffinityTerm
PodAntiAffinity requiredDuringSchedulingIgnoredDuringExecution:[]PodAffinityTerm preferredDuringSchedulingIgnoredDuringExecution:[]WeightedPodAffinityTerm
WeightedPodAffinityTerm weight!:i podAffinityTerm:PodAffinityTerm
PodAffinityTerm labelSelector:*LabelSelector namespaces:[]s topologyKey!:s namespaceSelector:*LabelSelector matchLabelKeys:[]s mismatchLabelKeys:[]s
Toleration key:s operator:s value:s effect:s tolerationSeconds:*l
HostAlias ip!:s hostnames:[]s
PodDNSConfig nameservers:[]s searches:[]s options:[]PodDNSConfigOption
PodDNSConfigOption name:s value:*s
PodReadinessGate conditionType!:s
TopologySpreadConstraint maxSkew!:i topologyKey!:s whenUnsatisfiable!:s labelSelector:*LabelSelector minDomains:*i nodeAffinityPolicy:*s nodeTaintsPolicy:*s matchLabelKeys:[]s
PodOS name!:s
PodSchedulingGate name!:s
PodResourceClaim name!:s resourceClaimName:*s resourceClaimTemplateName:*s
PodStatus observedGeneration:l phase:s conditions@type:[]PodCondition message:s reason:s nominatedNodeName:s hostIP:s hostIPs@ip:[]HostIP podIP:s podIPs@ip:[]PodIP startTime:*t initContainerStatuses:[]ContainerStatus containerStatuses:[]ContainerStatus qosClass:s ephemeralContainerStatuses:[]ContainerStatus resize:s resourceClaimStatuses@name~:[]PodResourceClaimStatus extendedResourceClaimStatus:*PodExtendedResourceClaimStatus allocatedResources:{}q resources:*ResourceRequirements nodeAllocatableResourceClaimStatuses@resourceClaimName:[]NodeAllocatableResourceClaimStatus
PodCondition type!:s observedGeneration:l status!:s lastProbeTime:t lastTransitionTime:t reason:s message:s
HostIP ip!:s
PodIP ip!:s
PodResourceClaimStatus name!:s resourceClaimName:*s
PodExtendedResourceClaimStatus requestMappings!:[]ContainerExtendedResourceRequest resourceClaimName!:s
ContainerExtendedResourceRequest containerName!:s resourceName!:s requestName!:s
NodeAllocatableResourceClaimStatus resourceClaimName!:s containers:[]s resources:{}q
ContainerStatus name!:s state:ContainerState lastState:ContainerState ready!:b restartCount!:i image!:s imageID!:s containerID:s started:*b allocatedResources:{}q resources:*ResourceRequirements volumeMounts@mountPath:[]VolumeMountStatus user:*ContainerUser allocatedResourcesStatus@name:[]ResourceStatus stopSignal:*s
ContainerState waiting:*ContainerStateWaiting running:*ContainerStateRunning terminated:*ContainerStateTerminated
ContainerStateWaiting reason:s message:s
ContainerStateRunning startedAt:t
ContainerStateTerminated exitCode!:i signal:i reason:s message:s startedAt:t finishedAt:t containerID:s
ContainerUser linux:*LinuxContainerUser
LinuxContainerUser uid!:l gid!:l supplementalGroups:[]l
VolumeMountStatus name!:s mountPath!:s readOnly:b recursiveReadOnly:*s volumeStatus:*VolumeStatus
VolumeStatus image:*ImageVolumeStatus
ImageVolumeStatus imageRef!:s
ResourceStatus name!:s resources:[]ResourceHealth
ResourceHealth resourceID!:s health:s message:s
`;
