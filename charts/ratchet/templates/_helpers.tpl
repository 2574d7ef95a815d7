{{- define "ratchet.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "ratchet.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains (include "ratchet.name" .) .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "ratchet.name" .) | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* By which the workers of this release are selected: never to be changed. */}}
{{- define "ratchet.selector" -}}
app.kubernetes.io/name: {{ include "ratchet.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: worker
{{- end -}}

{{/* Of every object. `managed-by: ratchet` is for the Jobs that workers make (k8s/labels.ts). */}}
{{- define "ratchet.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/name: {{ include "ratchet.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: ratchet
{{- end -}}

{{/* Deployment and policies select workers by labels of the chart. */}}
{{- define "ratchet.podLabels" -}}
{{- range $name, $_ := .Values.podLabels -}}
{{- if regexMatch "^(app\\.kubernetes\\.io|helm\\.sh)/" $name -}}
{{- fail (printf "podLabels: %s is the chart's own, by which workers are found: take another name" $name) -}}
{{- end -}}
{{- end -}}
{{- with .Values.podLabels }}{{ toYaml . }}{{ end -}}
{{- end -}}

{{- define "ratchet.image" -}}
{{- $repository := required "image.repository is needed: where you pushed the image of Ratchet's Containerfile, like registry.example.org/team/ratchet" .Values.image.repository -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" $repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" $repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{- define "ratchet.store" -}}
{{- required "store.url is needed: where your sweeps keep their results, like s3://bucket/prefix" .Values.store.url -}}
{{- end -}}

{{- define "ratchet.workerAccount" -}}
{{- default (include "ratchet.fullname" .) .Values.serviceAccounts.worker.name -}}
{{- end -}}

{{- define "ratchet.trainerAccount" -}}
{{- $name := default (printf "%s-trainer" (include "ratchet.fullname" .)) .Values.serviceAccounts.trainer.name -}}
{{- if eq $name (include "ratchet.workerAccount" .) -}}
{{- fail (printf "serviceAccounts: worker and trainer are both called %s: trainers would have the worker's rights, so give them another name" $name) -}}
{{- end -}}
{{- $name -}}
{{- end -}}

{{- define "ratchet.clusterQueue" -}}
{{- default (printf "%s-%s" .Release.Namespace (include "ratchet.fullname" .)) .Values.kueue.clusterQueue -}}
{{- end -}}

{{/* What every container of the image has, and every pod of it around its containers. */}}
{{- define "ratchet.container" -}}
image: {{ include "ratchet.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
env:
  - { name: RATCHET_HOME, value: /var/lib/ratchet }
  {{- range $variable, $entry := dict "TEMPORAL_API_KEY" .Values.temporal.apiKey "RATCHET_PAYLOAD_KEYS" .Values.temporal.payloadKeys }}
  {{- if $entry.name }}
  - { name: {{ $variable }}, valueFrom: { secretKeyRef: { name: {{ $entry.name | quote }}, key: {{ $entry.key | quote }} } } }
  {{- end }}
  {{- end }}
  {{- with .Values.env }}{{ toYaml . | nindent 2 }}{{ end }}
envFrom:
  - configMapRef: { name: {{ include "ratchet.fullname" . }} }
  {{- with .Values.store.secret }}
  - secretRef: { name: {{ . | quote }} }
  {{- end }}
  {{- with .Values.envFrom }}{{ toYaml . | nindent 2 }}{{ end }}
resources: {{- toYaml .Values.resources | nindent 2 }}
{{ include "ratchet.confined" . }}
{{- end -}}

{{/* With the pod's: Pod Security Standard `restricted`, and a root file system that may not be written. */}}
{{- define "ratchet.confined" -}}
securityContext:
  allowPrivilegeEscalation: false
  capabilities: { drop: [ALL] }
  readOnlyRootFilesystem: true
terminationMessagePolicy: FallbackToLogsOnError
{{- end -}}

{{- define "ratchet.mounts" -}}
- { name: home, mountPath: /var/lib/ratchet }
- { name: tmp, mountPath: /tmp }
{{- if or .Values.temporal.tls.ca.name .Values.temporal.tls.certificateSecret }}
- { name: temporal-tls, mountPath: /etc/ratchet/temporal, readOnly: true }
{{- end }}
{{- with .Values.volumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "ratchet.pod" -}}
serviceAccountName: {{ include "ratchet.workerAccount" . }}
automountServiceAccountToken: true
enableServiceLinks: false
{{ include "ratchet.placement" . }}
{{- end -}}

{{/* As whom and where a pod of the image runs. */}}
{{- define "ratchet.placement" -}}
securityContext:
  runAsNonRoot: true
  runAsUser: {{ .Values.user }}
  runAsGroup: {{ .Values.user }}
  fsGroup: {{ .Values.user }}
  seccompProfile: { type: RuntimeDefault }
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- range . }}{{ dict "name" . | list | toYaml | nindent 2 }}{{ end }}
{{- end }}
{{- with .Values.hostAliases }}
hostAliases: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- end -}}

{{- define "ratchet.volumes" -}}
- { name: home, emptyDir: { sizeLimit: {{ .Values.scratch }} } }
- { name: tmp, emptyDir: { sizeLimit: 1Gi } }
{{- with .Values.temporal.tls }}
{{- if or .ca.name .certificateSecret }}
- name: temporal-tls
  projected:
    defaultMode: 0440
    sources:
      {{- if .ca.name }}
      - secret: { name: {{ .ca.name | quote }}, items: [{ key: {{ .ca.key | quote }}, path: ca.crt }] }
      {{- end }}
      {{- if .certificateSecret }}
      - secret: { name: {{ .certificateSecret | quote }}, items: [{ key: tls.crt, path: tls.crt }, { key: tls.key, path: tls.key }] }
      {{- end }}
{{- end }}
{{- end }}
{{- with .Values.volumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}
