#!/usr/bin/env bash
# node-up.sh DIR : containerd and a real kubelet as node n1 of the control plane in DIR, with $GPUS fake GPUs (default 2) from a real device plugin.
# Needs root and: apt-get install --no-install-recommends containerd runc containernetworking-plugins iptables iproute2
set -euo pipefail
D=$(realpath "$1"); BIN=${BIN:-$HOME/.cache/ratchet/bin}; KC=$D/kubeconfig; N=$D/node; mkdir -p "$N"/{root,pods,cni}
ip link show ratchet-n0 >/dev/null 2>&1 || { ip link add ratchet-n0 type bridge; ip addr add 10.78.0.1/24 dev ratchet-n0; ip link set ratchet-n0 up; }
cat > "$N/cni/10-bridge.conflist" <<Y
{"cniVersion":"0.4.0","name":"ratchet","plugins":[
 {"type":"bridge","bridge":"ratchet-p0","isGateway":true,"ipMasq":true,"hairpinMode":true,
  "ipam":{"type":"host-local","dataDir":"$N/cni-data","ranges":[[{"subnet":"10.77.0.0/24"}]],"routes":[{"dst":"0.0.0.0/0"}]}},
 {"type":"portmap","capabilities":{"portMappings":true}}]}
Y
cat > "$N/containerd.toml" <<Y
version = 2
root = "$N/containerd/root"
state = "$N/containerd/state"
[grpc]
  address = "$N/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "ratchet.local/pause:1"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
        BinaryName = "/usr/sbin/runc"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$N/cni"
[plugins."io.containerd.internal.v1.opt"]
  path = "$N/containerd/opt"
Y
containerd -c "$N/containerd.toml" > "$D/containerd.log" 2>&1 & echo $! >> "$D/pids"
until ctr -a "$N/containerd.sock" version >/dev/null 2>&1; do sleep 0.1; done
# the pause image: a static program that sleeps for ever
P=$N/pause; mkdir -p "$P"; gcc -static -Os -o "$P/pause" "$(dirname "$0")/pause.c"
node "$(dirname "$0")/make-image.mjs" ratchet.local/pause:1 "$P" "$N/pause.tar" /pause
ctr -a "$N/containerd.sock" -n k8s.io images import "$N/pause.tar" >/dev/null
rm -rf /var/lib/kubelet/device-plugins # hard-coded path: a stale checkpoint of nvidia.com/gpu fails admission; so one kubelet a machine
cat > "$N/kubelet.yaml" <<Y
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
failCgroupV1: false
cgroupDriver: cgroupfs
cgroupRoot: /
failSwapOn: false
port: 10250
address: 10.78.0.1
readOnlyPort: 0
healthzPort: 0
containerRuntimeEndpoint: unix://$N/containerd.sock
authentication: {anonymous: {enabled: true}, webhook: {enabled: false}}
authorization: {mode: AlwaysAllow}
enforceNodeAllocatable: []
cgroupsPerQOS: true
evictionHard: {nodefs.available: "1%", imagefs.available: "1%", memory.available: "100Mi"}
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
resolvConf: ""
podLogsDir: $N/podlogs
syncFrequency: 10s
makeIPTablesUtilChains: false
Y
"$BIN/kubenode" kubelet --kubeconfig "$KC" --config "$N/kubelet.yaml" --root-dir "$N/root" --cert-dir "$N/pki" --hostname-override n1 --node-ip 10.78.0.1 --v 2 > "$D/kubelet.log" 2>&1 & echo $! >> "$D/pids"
until "$BIN/kubenode" kubectl --kubeconfig "$KC" get node n1 >/dev/null 2>&1; do kill -0 "$(tail -1 "$D/pids")" || { tail -5 "$D/kubelet.log"; exit 1; }; sleep 0.2; done
until [ -S /var/lib/kubelet/device-plugins/kubelet.sock ]; do sleep 0.1; done
"$BIN/kubenode" fake-gpu-plugin "${GPUS:-2}" > "$D/gpu.log" 2>&1 & echo $! >> "$D/pids"
until "$BIN/kubenode" kubectl --kubeconfig "$KC" wait --for=condition=Ready node/n1 --timeout=60s >/dev/null 2>&1; do sleep 0.2; done
until [ "$("$BIN/kubenode" kubectl --kubeconfig "$KC" get node n1 -o 'jsonpath={.status.allocatable.nvidia\.com/gpu}')" = "${GPUS:-2}" ]; do sleep 0.2; done
echo "node n1 Ready with ${GPUS:-2} GPUs; import images with: ctr -a $N/containerd.sock -n k8s.io images import FILE.tar"
