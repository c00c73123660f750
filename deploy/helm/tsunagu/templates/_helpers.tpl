{{- define "tsunagu.labels" -}}
app.kubernetes.io/name: tsunagu
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
tsunagu/zone: {{ .zone }}
{{- end }}

{{- define "tsunagu.pod" -}}
metadata:
  labels:
    {{- include "tsunagu.labels" . | nindent 4 }}
spec:
  automountServiceAccountToken: false
  terminationGracePeriodSeconds: 40
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    fsGroup: 10001
    seccompProfile: { type: RuntimeDefault }
  containers:
    - name: {{ .name }}
      image: "{{ .root.Values.image.repository }}:{{ .root.Values.image.tag }}"
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      args: ["node", "dist/{{ .name }}/main.js"]
      ports:
        - name: http
          containerPort: {{ .port }}
{{- if eq .name "api" }}
        - name: admin
          containerPort: {{ .root.Values.api.adminPort }}
{{- end }}
      env:
        - { name: TSUNAGU_MODE, value: production }
        - { name: PORT, value: "{{ .port }}" }
        - { name: LOG_LEVEL, value: {{ .root.Values.logLevel | quote }} }
        - { name: NODE_NAME, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
        - { name: VAULT_URL, value: "http://{{ .root.Release.Name }}-vault:{{ .root.Values.vault.port }}" }
        - { name: SWITCH_URL, value: "http://{{ .root.Release.Name }}-switch:{{ .root.Values.switch.port }}" }
        - { name: DATABASE_URL, valueFrom: { secretKeyRef: { name: {{ .database }}, key: url } } }
        - { name: INTERNAL_SECRET, valueFrom: { secretKeyRef: { name: {{ .root.Values.secrets.internal }}, key: internal-secret } } }
{{- if eq .zone "public" }}
        - { name: REDIS_URL, valueFrom: { secretKeyRef: { name: {{ .root.Values.secrets.redis }}, key: url } } }
        - { name: API_KEY_PEPPER, valueFrom: { secretKeyRef: { name: {{ .root.Values.secrets.internal }}, key: api-key-pepper } } }
        - { name: WEBHOOK_KEY, valueFrom: { secretKeyRef: { name: {{ .root.Values.secrets.internal }}, key: webhook-key } } }
{{- end }}
{{- if eq .name "api" }}
        - { name: ADMIN_PORT, value: "{{ .root.Values.api.adminPort }}" }
{{- end }}
{{- if eq .zone "card" }}
{{- range $name, $value := .root.Values.hsm.env }}
        - { name: {{ $name }}, value: {{ $value | quote }} }
{{- end }}
{{- end }}
{{- if eq .name "switch" }}
        - { name: LINKS_FILE, value: /etc/tsunagu/links.json }
{{- end }}
      livenessProbe:
        httpGet: { path: /health/live, port: {{ if eq .name "api" }}admin{{ else }}http{{ end }} }
      readinessProbe:
        httpGet: { path: /health/ready, port: {{ if eq .name "api" }}admin{{ else }}http{{ end }} }
      resources:
        {{- toYaml .root.Values.resources | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: { drop: [ALL] }
{{- if eq .zone "card" }}
      volumeMounts:
        - { name: hsm, mountPath: /etc/tsunagu-hsm, readOnly: true }
{{- if eq .name "switch" }}
        - { name: links, mountPath: /etc/tsunagu, readOnly: true }
{{- end }}
  volumes:
    - name: hsm # 288 is 0440: YAML 1.1 and 1.2 read a leading zero differently
      secret: { secretName: {{ .root.Values.secrets.hsm }}, defaultMode: 288 }
{{- if eq .name "switch" }}
    - name: links
      secret: { secretName: {{ .root.Values.secrets.links }} }
{{- end }}
{{- end }}
{{- end }}
