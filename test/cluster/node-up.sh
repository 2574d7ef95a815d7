#!/usr/bin/env bash
# node-up.sh DIR [NAME [INDEX]] : containerd and a real kubelet as node NAME (n1) of the control plane in DIR, with $GPUS fake GPUs
# (default 2) from a real device plugin, called GPU-NAME-0 and so on. INDEX (0) tells apart the networks of several nodes.
# Needs root and: apt-get install --no-install-recommends containerd runc containernetworking-plugins iptables iproute2
set -euo pipefail
NAME=${2:-n1}; I=${3:-0}; D=$(realpath "$1"); BIN=${BIN:-$HOME/.cache/ratchet/bin}; KC=$D/kubeconfig; N=$D/$NAME
# Its own mounts: they go when its programs go, and device plugins meet in a hard-coded folder, where a stale checkpoint of another
# kubelet would fail the admission of pods.
PLUGINS=/var/lib/kubelet/device-plugins
[ "${OWN_MOUNTS:-}" ] || OWN_MOUNTS=yes exec unshare --mount bash "$0" "$@"
mkdir -p "$N"/{root,pods,cni,device-plugins} $PLUGINS; mount --bind "$N/device-plugins" $PLUGINS
echo "$NAME $I" >> "$D/nodes"
kubectl() { "$BIN/kubenode" kubectl --kubeconfig "$KC" "$@"; }
IP=10.78.$I.1
ip link show ratchet-host$I >/dev/null 2>&1 || { ip link add ratchet-host$I type bridge; ip addr add $IP/24 dev ratchet-host$I; ip link set ratchet-host$I up; }
# Its own cgroup, since a kubelet ends what it does not know below it.
CGROUP=/ratchet-$NAME-$I
if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
  for c in $(cat /sys/fs/cgroup/cgroup.controllers); do echo "+$c" > /sys/fs/cgroup/cgroup.subtree_control; done
  mkdir -p /sys/fs/cgroup$CGROUP
else
  for c in /sys/fs/cgroup/*/; do mkdir -p "$c$CGROUP"; done
  for f in cpus mems; do cat /sys/fs/cgroup/cpuset/cpuset.$f > /sys/fs/cgroup/cpuset$CGROUP/cpuset.$f; done
fi
cat > "$N/cni/10-bridge.conflist" <<Y
{"cniVersion":"0.4.0","name":"ratchet-$NAME","plugins":[
 {"type":"bridge","bridge":"ratchet-pods$I","isGateway":true,"ipMasq":true,"hairpinMode":true,
  "ipam":{"type":"host-local","dataDir":"$N/cni-data","ranges":[[{"subnet":"10.77.$I.0/24"}]],"routes":[{"dst":"0.0.0.0/0"}]}},
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
containerd -c "$N/containerd.toml" > "$N/containerd.log" 2>&1 & echo "$NAME-containerd $!" >> "$D/pids"
until ctr -a "$N/containerd.sock" version >/dev/null 2>&1; do sleep 0.1; done
# the pause image: a static program that sleeps for ever
P=$N/pause; mkdir -p "$P"; gcc -static -Os -o "$P/pause" "$(dirname "$0")/pause.c"
node "$(dirname "$0")/make-image.mjs" ratchet.local/pause:1 "$P" "$N/pause.tar" /pause
ctr -a "$N/containerd.sock" -n k8s.io images import "$N/pause.tar" >/dev/null
cat > "$N/kubelet.yaml" <<Y
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
failCgroupV1: false
cgroupDriver: cgroupfs
cgroupRoot: $CGROUP
failSwapOn: false
port: 10250
address: $IP
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
"$BIN/kubenode" kubelet --kubeconfig "$KC" --config "$N/kubelet.yaml" --root-dir "$N/root" --cert-dir "$N/pki" --hostname-override $NAME --node-ip $IP --v 2 > "$N/kubelet.log" 2>&1 & KUBELET=$!; echo "$NAME-kubelet $KUBELET" >> "$D/pids"
until kubectl get node $NAME >/dev/null 2>&1; do kill -0 $KUBELET || { tail -5 "$N/kubelet.log"; exit 1; }; sleep 0.2; done
until [ -S $PLUGINS/kubelet.sock ]; do sleep 0.1; done
"$BIN/kubenode" fake-gpu-plugin "${GPUS:-2}" GPU-$NAME > "$N/gpu.log" 2>&1 & echo "$NAME-gpus $!" >> "$D/pids"
until kubectl wait --for=condition=Ready node/$NAME --timeout=60s >/dev/null 2>&1; do sleep 0.2; done
until [ "$(kubectl get node $NAME -o 'jsonpath={.status.allocatable.nvidia\.com/gpu}')" = "${GPUS:-2}" ]; do sleep 0.2; done
echo "node $NAME Ready with ${GPUS:-2} GPUs; import images with: ctr -a $N/containerd.sock -n k8s.io images import FILE.tar"
