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
{{- if eq .zone "card" }}
      # no core dump may hold a card: Node.js cannot switch them off for itself, and refuses to start with them
      args: ["prlimit", "--core=0", "node", "dist/{{ .name }}/main.js"]
{{- else }}
      args: ["node", "dist/{{ .name }}/main.js"]
{{- end }}
      ports:
        - name: http
          containerPort: {{ .port }}
{{- if .adminPort }}
        - name: admin
          containerPort: {{ .adminPort }}
{{- end }}
{{- if eq .name "api" }}
        - name: internal
          containerPort: {{ .root.Values.api.internalPort }}
{{- end }}
{{- if eq .name "switch" }}
        - name: hq
          containerPort: {{ .root.Values.switch.hqPort }}
{{- end }}
      env:
        - { name: TSUNAGU_MODE, value: production }
        - { name: PORT, value: "{{ .port }}" }
        - { name: LISTEN_HOST, value: "0.0.0.0" }
        - { name: TLS_CERT_FILE, value: /etc/tsunagu-tls/tls.crt }
        - { name: TLS_KEY_FILE, value: /etc/tsunagu-tls/tls.key }
        - { name: TLS_CA_FILE, value: /etc/tsunagu-tls/ca.crt }
        - { name: TLS_TRUST_DOMAIN, value: {{ .root.Values.tls.trustDomain | quote }} }
        - { name: LOG_LEVEL, value: {{ .root.Values.logLevel | quote }} }
        - { name: NODE_NAME, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
        - { name: VAULT_URL, value: "https://{{ .root.Release.Name }}-vault:{{ .root.Values.vault.port }}" }
        - { name: SWITCH_URL, value: "https://{{ .root.Release.Name }}-switch:{{ .root.Values.switch.port }}" }
        - { name: DATABASE_URL, valueFrom: { secretKeyRef: { name: {{ .database }}, key: url } } }
{{- if eq .zone "public" }}
        - { name: REDIS_URL, valueFrom: { secretKeyRef: { name: {{ .root.Values.secrets.redis }}, key: url } } }
        - { name: API_KEY_PEPPER, valueFrom: { secretKeyRef: { name: {{ .root.Values.secrets.internal }}, key: api-key-pepper } } }
        - { name: WEBHOOK_KEY, valueFrom: { secretKeyRef: { name: {{ .root.Values.secrets.internal }}, key: webhook-key } } }
{{- end }}
{{- if .adminPort }}
        - { name: ADMIN_PORT, value: "{{ .adminPort }}" }
{{- end }}
{{- if eq .name "api" }}
        - { name: INTERNAL_PORT, value: "{{ .root.Values.api.internalPort }}" }
{{- end }}
{{- if eq .zone "card" }}
{{- range $name, $value := .root.Values.hsm.env }}
        - { name: {{ $name }}, value: {{ $value | quote }} }
{{- end }}
{{- end }}
{{- if eq .name "switch" }}
        - { name: LINKS_FILE, value: /etc/tsunagu/links.json }
        - { name: HQ_LINKS_FILE, value: /etc/tsunagu/hq-links.json }
        - { name: INTAKE_URL, value: "https://{{ .root.Release.Name }}-api:{{ .root.Values.api.internalPort }}" }
{{- end }}
      livenessProbe:
        httpGet: { path: /health/live, port: {{ if .adminPort }}admin{{ else }}http{{ end }} }
      readinessProbe:
        httpGet: { path: /health/ready, port: {{ if .adminPort }}admin{{ else }}http{{ end }} }
      resources:
        {{- toYaml .root.Values.resources | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: { drop: [ALL] }
      volumeMounts:
        - { name: tls, mountPath: /etc/tsunagu-tls, readOnly: true }
{{- if eq .zone "card" }}
        - { name: hsm, mountPath: /etc/tsunagu-hsm, readOnly: true }
{{- end }}
{{- if eq .name "switch" }}
        - { name: links, mountPath: /etc/tsunagu, readOnly: true }
{{- end }}
  volumes:
    - name: tls # a directory, not single files: only so does a renewed certificate arrive without a restart
      secret: { secretName: "{{ .root.Values.secrets.tlsPrefix }}-{{ .name }}", defaultMode: 288 }
{{- if eq .zone "card" }}
    - name: hsm # 288 is 0440: YAML 1.1 and 1.2 read a leading zero differently
      secret: { secretName: {{ .root.Values.secrets.hsm }}, defaultMode: 288 }
{{- if eq .name "switch" }}
    - name: links
      secret: { secretName: {{ .root.Values.secrets.links }} }
{{- end }}
{{- end }}
{{- end }}
