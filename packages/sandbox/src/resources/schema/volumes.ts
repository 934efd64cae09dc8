/** Volume sources and claims. For the notation see `parse.ts`. */
export const VOLUME_STRUCTS = `
Volume name!:s hostPath:*HostPathVolumeSource emptyDir:*EmptyDirVolumeSource gcePersistentDisk:*GCEPersistentDiskVolumeSource awsElasticBlockStore:*AWSElasticBlockStoreVolumeSource gitRepo:*GitRepoVolumeSource secret:*SecretVolumeSource nfs:*NFSVolumeSource iscsi:*ISCSIVolumeSource glusterfs:*GlusterfsVolumeSource persistentVolumeClaim:*PersistentVolumeClaimVolumeSource rbd:*RBDVolumeSource flexVolume:*FlexVolumeSource cinder:*CinderVolumeSource cephfs:*CephFSVolumeSource flocker:*FlockerVolumeSource downwardAPI:*DownwardAPIVolumeSource fc:*FCVolumeSource azureFile:*AzureFileVolumeSource configMap:*ConfigMapVolumeSource vsphereVolume:*VsphereVirtualDiskVolumeSource quobyte:*QuobyteVolumeSource azureDisk:*AzureDiskVolumeSource photonPersistentDisk:*PhotonPersistentDiskVolumeSource projected:*ProjectedVolumeSource portworxVolume:*PortworxVolumeSource scaleIO:*ScaleIOVolumeSource storageos:*StorageOSVolumeSource csi:*CSIVolumeSource ephemeral:*EphemeralVolumeSource image:*ImageVolumeSource
HostPathVolumeSource path!:s type:*s
EmptyDirVolumeSource medium:s sizeLimit:*q
GCEPersistentDiskVolumeSource pdName!:s fsType:s partition:i readOnly:b
AWSElasticBlockStoreVolumeSource volumeID!:s fsType:s partition:i readOnly:b
GitRepoVolumeSource repository!:s revision:s directory:s
SecretVolumeSource secretName:s items:[]KeyToPath defaultMode:*i optional:*b
NFSVolumeSource server!:s path!:s readOnly:b
ISCSIVolumeSource targetPortal!:s iqn!:s lun!:i iscsiInterface:s fsType:s readOnly:b portals:[]s chapAuthDiscovery:b chapAuthSession:b secretRef:*LocalObjectReference initiatorName:*s
GlusterfsVolumeSource endpoints!:s path!:s readOnly:b
PersistentVolumeClaimVolumeSource claimName!:s readOnly:b
RBDVolumeSource monitors!:[]s image!:s fsType:s pool:s user:s keyring:s secretRef:*LocalObjectReference readOnly:b
FlexVolumeSource driver!:s fsType:s secretRef:*LocalObjectReference readOnly:b options:{}s
CinderVolumeSource volumeID!:s fsType:s readOnly:b secretRef:*LocalObjectReference
CephFSVolumeSource monitors!:[]s path:s user:s secretFile:s secretRef:*LocalObjectReference readOnly:b
FlockerVolumeSource datasetName:s datasetUUID:s
DownwardAPIVolumeSource items:[]DownwardAPIVolumeFile defaultMode:*i
DownwardAPIVolumeFile path!:s fieldRef:*ObjectFieldSelector resourceFieldRef:*ResourceFieldSelector mode:*i
FCVolumeSource targetWWNs:[]s lun:*i fsType:s readOnly:b wwids:[]s
AzureFileVolumeSource secretName!:s shareName!:s readOnly:b
ConfigMapVolumeSource name:s items:[]KeyToPath defaultMode:*i optional:*b
KeyToPath key!:s path!:s mode:*i
VsphereVirtualDiskVolumeSource volumePath!:s fsType:s storagePolicyName:s storagePolicyID:s
QuobyteVolumeSource registry!:s volume!:s readOnly:b user:s group:s tenant:s
AzureDiskVolumeSource diskName!:s diskURI!:s cachingMode:*s fsType:*s readOnly:*b kind:*s
PhotonPersistentDiskVolumeSource pdID!:s fsType:s
ProjectedVolumeSource sources!:[]VolumeProjection defaultMode:*i
VolumeProjection secret:*SecretProjection downwardAPI:*DownwardAPIProjection configMap:*ConfigMapProjection serviceAccountToken:*ServiceAccountTokenProjection clusterTrustBundle:*ClusterTrustBundleProjection podCertificate:*PodCertificateProjection
SecretProjection name:s items:[]KeyToPath optional:*b
DownwardAPIProjection items:[]DownwardAPIVolumeFile
ConfigMapProjection name:s items:[]KeyToPath optional:*b
ServiceAccountTokenProjection audience:s expirationSeconds:*l path!:s
ClusterTrustBundleProjection name:*s signerName:*s labelSelector:*LabelSelector optional:*b path!:s
PodCertificateProjection signerName:s keyType:s maxExpirationSeconds:*i credentialBundlePath:s keyPath:s certificateChainPath:s userAnnotations:{}s
PortworxVolumeSource volumeID!:s fsType:s readOnly:b
ScaleIOVolumeSource gateway!:s system!:s secretRef!:*LocalObjectReference sslEnabled:b protectionDomain:s storagePool:s storageMode:s volumeName:s fsType:s readOnly:b
StorageOSVolumeSource volumeName:s volumeNamespace:s fsType:s readOnly:b secretRef:*LocalObjectReference
CSIVolumeSource driver!:s readOnly:*b fsType:*s volumeAttributes:{}s nodePublishSecretRef:*LocalObjectReference
EphemeralVolumeSource volumeClaimTemplate:*PersistentVolumeClaimTemplate
PersistentVolumeClaimTemplate metadata:ObjectMeta spec:PersistentVolumeClaimSpec
ImageVolumeSource reference:s pullPolicy:s
PersistentVolumeClaim kind:s apiVersion:s metadata:ObjectMeta spec:PersistentVolumeClaimSpec status:PersistentVolumeClaimStatus
PersistentVolumeClaimSpec accessModes:[]s selector:*LabelSelector resources:VolumeResourceRequirements volumeName:s storageClassName:*s volumeMode:*s dataSource:*TypedLocalObjectReference dataSourceRef:*TypedObjectReference volumeAttributesClassName:*s
TypedLocalObjectReference apiGroup!:*s kind!:s name!:s
TypedObjectReference apiGroup!:*s kind!:s name!:s namespace:*s
VolumeResourceRequirements limits:{}q requests:{}q
PersistentVolumeClaimStatus phase:s accessModes:[]s capacity:{}q conditions@type:[]PersistentVolumeClaimCondition allocatedResources:{}q allocatedResourceStatuses:{}s currentVolumeAttributesClassName:*s modifyVolumeStatus:*ModifyVolumeStatus
PersistentVolumeClaimCondition type!:s status!:s lastProbeTime:t lastTransitionTime:t reason:s message:s
ModifyVolumeStatus targetVolumeAttributesClassName:s status!:s
PersistentVolume kind:s apiVersion:s metadata:ObjectMeta spec:PersistentVolumeSpec status:PersistentVolumeStatus
PersistentVolumeSpec capacity:{}q hostPath:*HostPathVolumeSource nfs:*NFSVolumeSource local:*LocalVolumeSource csi:*CSIPersistentVolumeSource accessModes:[]s claimRef:*ObjectReference persistentVolumeReclaimPolicy:s storageClassName:s mountOptions:[]s volumeMode:*s nodeAffinity:*VolumeNodeAffinity volumeAttributesClassName:*s
LocalVolumeSource path!:s fsType:*s
CSIPersistentVolumeSource driver!:s volumeHandle!:s readOnly:b fsType:s volumeAttributes:{}s controllerPublishSecretRef:*SecretReference nodeStageSecretRef:*SecretReference nodePublishSecretRef:*SecretReference controllerExpandSecretRef:*SecretReference nodeExpandSecretRef:*SecretReference
SecretReference name:s namespace:s
VolumeNodeAffinity required:*NodeSelector
PersistentVolumeStatus phase:s message:s reason:s lastPhaseTransitionTime:*t
`;
