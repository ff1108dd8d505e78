package io.espalier.orchestrator;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings under {@code espalier} that are no single feature's.
 *
 * @param data holds everything that must not be lost: {@code db/}, {@code git/}, {@code objects/}, {@code keys/}
 * @param database where what happened is kept
 * @param hosts how hosts are reached and watched
 * @param backup the fleet's backups
 * @param reconcile how often the whole fleet is compared with what is wanted, besides after each push
 * @param rehearse ends after a look at everything, to make an AOT cache
 */
@ConfigurationProperties("espalier")
record OrchestratorProperties(
        @DefaultValue("/var/lib/espalier") Path data,
        @DefaultValue Database database,
        @DefaultValue Hosts hosts,
        @DefaultValue Backup backup,
        @DefaultValue("1m") Duration reconcile,
        @DefaultValue("false") boolean rehearse) {

    /**
     * @param url of a PostgreSQL database, as {@code jdbc:postgresql://host/name}; the embedded one below {@code data} if
     *     absent
     * @param passwordFile holds the password, so that it need not stand in the settings
     * @param lease after how long without a word from the orchestrator that drives the fleet another one on the same
     *     PostgreSQL takes over
     */
    record Database(
            @Nullable String url,
            @Nullable String user,
            @Nullable String password,
            @Nullable Path passwordFile,
            @DefaultValue("15s") Duration lease) {
        @Override
        public String toString() {
            return "Database[" + url + "]";
        }
    }

    /**
     * @param watch how often each host is asked how it is
     * @param parallel how many hosts are asked, or sent to, at a time
     * @param connections how many SSH connections are kept open
     * @param authorities public keys that sign host keys, as {@code ssh-ed25519 AAAA...}
     * @param localSocket of the agent of a host without an address, which is this machine
     * @param agentImage the agent with its own Java, for {@code espalier enrol}; for machines of this one's kind
     */
    record Hosts(
            @DefaultValue("10s") Duration watch,
            @DefaultValue("64") int parallel,
            @DefaultValue("5000") int connections,
            @DefaultValue List<String> authorities,
            @DefaultValue("/run/espalier/agent.sock") Path localSocket,
            @Nullable Path agentImage) {}

    /**
     * @param enabled false: there are no backups here
     * @param listen where the door for hosts that push by themselves listens
     * @param port of it, HTTPS; 0: any that is free; -1: none
     * @param url by which hosts reach it; absent: hosts are backed up over the links to them
     * @param drill how often each host's backups are restored to scratch and compared; 0: when somebody asks for it
     */
    record Backup(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("127.0.0.1") String listen,
            @DefaultValue("0") int port,
            @Nullable String url,
            @DefaultValue("0s") Duration drill) {}
}
