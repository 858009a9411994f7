/**
 * The systemd units of the daily run, as text.
 *
 * @module
 */

import { crc32 } from "../core/crc32.ts";
import { hexadecimal } from "../core/summary.ts";

/** What the units are made for. Paths are absolute and hold no control characters. */
export interface ServicePlan {
  readonly program: string;
  readonly logs: string;
  readonly batch: string;
  readonly results: string;
  /** The folder of rejected rows, where they are kept. */
  readonly quarantine?: string;
  /** The file for a monitor, where there is to be one. */
  readonly metrics?: string;
  /** Other files that the run reads: a configuration, formats of one's own. */
  readonly files: readonly string[];
  /** What `run` gets besides the folders: flags, and values as they are typed. */
  readonly words: readonly string[];
  readonly memoryBytes: number;
  /** When the run starts, as `HH:MM`. */
  readonly at: string;
}

/** A unit: the name of its file, and its text. */
export interface UnitFile {
  readonly name: string;
  readonly text: string;
}

export const SERVICE_NAME = "topstreams.service";
export const TIMER_NAME = "topstreams.timer";

/** The user that owns folders outside of /var/lib. */
export const SERVICE_USER = "topstreams";

/** Makes the units: the service, its timer, and what is started when a run fails. */
export function unitFiles(plan: ServicePlan): UnitFile[] {
  return [
    { name: SERVICE_NAME, text: signed(serviceText(plan)) },
    { name: TIMER_NAME, text: signed(timerText(plan.at)) },
    { name: "topstreams-failure@.service", text: signed(FAILURE) },
  ];
}

/** The folders that a run writes. */
function writtenFolders({ batch, results, quarantine }: ServicePlan): string[] {
  return [batch, results, ...quarantine === undefined ? [] : [quarantine]];
}

/**
 * Lists the folders that the service writes and that systemd does not make: those outside of
 * /var/lib. They must be there, and belong to {@linkcode SERVICE_USER}.
 */
export function foldersToMake(plan: ServicePlan): string[] {
  return [...new Set(writtenFolders(plan).filter((path) => stateFolderOf(path) === undefined))];
}

/** The folder below /var/lib that systemd makes for the service, and hands over to its user. */
function stateFolderOf(path: string): string | undefined {
  return /^\/var\/lib\/(?!private(?:\/|$))([\w-][\w.-]*)(?:\/|$)/.exec(path)?.[1];
}

/** Writes a word of a command as systemd reads it: `%` and `$` are no specifiers. */
export function commandWord(word: string): string {
  const escaped = word.replace(/[\\"]/g, "\\$&").replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /^[\w%/.,:=@+-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}

/** Writes a path in a list of paths as systemd reads it; in quotes no blank and no colon ends it. */
function listedPath(path: string, prefix = ""): string {
  const escaped = `${prefix}${path}`.replace(/[\\"]/g, "\\$&").replaceAll("%", "%%");
  return /^[\w%/.,=@+-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}

/** Twice what the process may have, in a unit of systemd. */
function memoryMax(memoryBytes: number): string {
  const mebibytes = Math.ceil(2 * memoryBytes / 2 ** 20);
  return mebibytes % 1024 === 0 ? `${mebibytes / 1024}G` : `${mebibytes}M`;
}

function serviceText(plan: ServicePlan): string {
  const { program, logs, batch, results, words } = plan;
  const command = [
    `${commandWord(program)} run`,
    `--logs ${commandWord(logs)}`,
    `--batch ${commandWord(batch)}`,
    `--results ${commandWord(results)}`,
    ...words,
  ].join(" \\\n    ");
  const read = [logs, ...plan.files].map((path) => `BindReadOnlyPaths=${listedPath(path, "-")}`);
  return `# The daily run of topstreams. Started by topstreams.timer, or at once by
#     systemctl start topstreams.service
# Other folders, times and options: topstreams service --help. An edit by hand lasts in a file of its
# own, made by
#     systemctl edit topstreams.service

[Unit]
Description=Charts of the last days (topstreams)
OnFailure=topstreams-failure@%N.service

[Service]
Type=oneshot
ExecStart=${command}

# What is read. It is read-only to the service, and may be below /home or /root, too (but not below
# /tmp).
${read.join("\n")}

${writtenText(plan)}
# --memory bounds the process. MemoryMax bounds more: the cache of the files that the run reads and
# writes counts too. The system takes that cache back before anything is killed, so twice the
# process is ample: one half for it, one for pages on their way to the disk.
# No swap: what people listen to stays out of it.
MemoryMax=${memoryMax(plan.memoryBytes)}
MemorySwapMax=0
${LIMITS}`;
}

function writtenText(plan: ServicePlan): string {
  const paths = writtenFolders(plan);
  const states = paths.map(stateFolderOf).filter((name) => name !== undefined);
  const others = foldersToMake(plan);
  const lines = ["# The service runs as a user that exists only while it runs. The logs must be"];
  lines.push("# readable to everyone, or to a group that is named here.", "DynamicUser=yes");
  lines.push("#SupplementaryGroups=listen", "");
  if (others.length > 0) {
    lines.push("# These folders are not systemd's: they belong to a user that is there for good.");
    lines.push(`User=${SERVICE_USER}`);
    lines.push(...others.map((path) => `ReadWritePaths=${listedPath(path)}`), "");
  }
  if (states.length > 0) {
    lines.push("# Batches and results are where only root can read them: they tell what people");
    lines.push("# listen to. To hand charts to others, copy them:");
    const charts = `${/^[\w/.-]+$/.test(plan.results) ? plan.results : "RESULTS"}/country_*`;
    lines.push(`#ExecStartPost=+/bin/sh -c 'install -m 0644 ${charts} /srv/charts/'`);
    lines.push(`StateDirectory=${[...new Set(states)].join(" ")}`, "StateDirectoryMode=0750");
  }
  lines.push("UMask=0077", "");
  if (plan.metrics !== undefined) {
    const folder = plan.metrics.slice(0, plan.metrics.lastIndexOf("/")) || "/";
    lines.push(
      "# The folder of the metrics must be there, and writable to the service: to everyone,",
    );
    lines.push("# or to a group that SupplementaryGroups names.");
    lines.push(`ReadWritePaths=${listedPath(folder)}`, "");
  }
  return lines.join("\n");
}

function timerText(at: string): string {
  return `# Starts the daily run. Switched on by
#     systemctl enable --now topstreams.timer

[Unit]
Description=Charts of the last days, every morning (topstreams)

[Timer]
# ${at} in the machine's time zone.
OnCalendar=*-*-* ${at}:00
# A start that was missed while the machine was off is made up for when it is on again.
Persistent=true

[Install]
WantedBy=timers.target
`;
}

const LIMITS = `
# A run takes minutes. One that takes hours hangs on a disk, and must not hold up the next.
TimeoutStartSec=2h
# A run that is stopped ends with status 143, former results untouched: no failure.
SuccessExitStatus=143
TimeoutStopSec=30s

# Others come first, for the processor and for the disk.
Nice=10
IOSchedulingClass=best-effort
IOSchedulingPriority=7

# From here on: what the service may not do. It reads logs and writes its own folders, no more.
# No core dumps: they would hold what people listen to.
LimitCORE=0
CapabilityBoundingSet=
AmbientCapabilities=
NoNewPrivileges=yes
ProtectSystem=strict
# The homes are hidden; what is named above is shown all the same.
ProtectHome=tmpfs
PrivateTmp=yes
PrivateDevices=yes
DevicePolicy=closed
PrivateMounts=yes
PrivateUsers=yes
PrivateNetwork=yes
IPAddressDeny=any
RestrictAddressFamilies=none
ProtectProc=invisible
ProcSubset=pid
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
KeyringMode=private
LockPersonality=yes
RemoveIPC=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
# Must stay off: V8, the engine inside the program, compiles code while it runs, and so makes memory
# that it wrote executable.
MemoryDenyWriteExecute=no
`;

const FAILURE =
  `# An example of what to do when a run fails: one line of priority "err" in the journal, where a
# monitor looks for it. Put a mail or a call to your monitor in its place.
# The name of the unit that failed is %i.

[Unit]
Description=Tells that %i failed

[Service]
Type=oneshot
# EDIT HERE.
ExecStart=/usr/bin/systemd-cat --identifier=topstreams-failure --priority=err \\
    /bin/echo "%i failed; see: journalctl --unit=%i --since=today"

DynamicUser=yes
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=yes
PrivateDevices=yes
PrivateNetwork=yes
RestrictAddressFamilies=AF_UNIX
SystemCallArchitectures=native
SystemCallFilter=@system-service
`;

const SIGNATURE =
  /# Made by "topstreams service"; checksum ([0-9a-f]{8}), another once it is edited\n$/;

/** Adds a line by which an edit is noticed. */
function signed(text: string): string {
  const checksum = hexadecimal(crc32(new TextEncoder().encode(text)));
  return `${text}\n# Made by "topstreams service"; checksum ${checksum}, another once it is edited\n`;
}

/** Whether a text is a unit that was made here, by any version, and not edited since. */
export function isUnedited(text: string): boolean {
  const at = text.search(SIGNATURE);
  return at > 0 && signed(text.slice(0, at - 1)) === text;
}
