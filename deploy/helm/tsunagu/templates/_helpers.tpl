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
    seccompProfile: { type: RuntimeDefault }
  containers:
    - name: {{ .name }}
      image: "{{ .root.Values.image.repository }}:{{ .root.Values.image.tag }}"
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      args: ["node", "dist/{{ .name }}/main.js"]
      ports:
        - name: http
          containerPort: {{ .port }}
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
{{- if eq .name "switch" }}
        - { name: LINKS_FILE, value: /etc/tsunagu/links.json }
{{- end }}
      livenessProbe:
        httpGet: { path: /health/live, port: http }
      readinessProbe:
        httpGet: { path: /health/ready, port: http }
      resources:
        {{- toYaml .root.Values.resources | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: { drop: [ALL] }
{{- if eq .name "switch" }}
      volumeMounts:
        - { name: links, mountPath: /etc/tsunagu, readOnly: true }
  volumes:
    - name: links
      secret: { secretName: {{ .root.Values.secrets.links }} }
{{- end }}
{{- end }}
