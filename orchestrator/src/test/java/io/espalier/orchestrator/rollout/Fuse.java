package io.espalier.orchestrator.rollout;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.host.Link;
import io.espalier.orchestrator.host.Links;
import io.espalier.orchestrator.host.Wire;
import io.espalier.protocol.Digest;
import io.espalier.protocol.release.SignedManifest;
import io.espalier.protocol.wire.ApplyOutcome;
import io.espalier.protocol.wire.DriftedPath;
import io.espalier.protocol.wire.Message;
import io.espalier.protocol.wire.SignedOrder;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.sql.DataSource;

/**
 * Kills an orchestrator at a chosen point. Before and after each write to the database and each call to a host is a point;
 * from the chosen one on, every write and every call throws, as if the process were gone.
 */
final class Fuse {

    /** Not an exception that anybody catches to go on. */
    static final class Crash extends Error {
        private static final long serialVersionUID = 1L;

        Crash(String where) {
            super(where);
        }
    }

    private static final Set<String> WRITES = Set.of("executeUpdate", "executeBatch");

    private final int blowsAt;
    private final AtomicInteger points = new AtomicInteger();
    private volatile String blown = "";

    Fuse(int blowsAt) {
        this.blowsAt = blowsAt;
    }

    void point(String where) {
        if (!blown.isEmpty()) {
            throw new Crash("after " + blown);
        }
        if (points.incrementAndGet() == blowsAt) {
            blown = where;
            throw new Crash(where);
        }
    }

    String blown() {
        return blown;
    }

    int points() {
        return points.get();
    }

    private <T> T around(String what, Supplier<T> call) {
        point("before " + what);
        T result = call.get();
        point("after " + what);
        return result;
    }

    DataSource on(DataSource database) {
        return proxy(
                DataSource.class,
                database,
                (name, result) -> result instanceof Connection connection && name.equals("getConnection")
                        ? on(connection)
                        : result);
    }

    private Connection on(Connection connection) {
        return proxy(
                Connection.class,
                connection,
                (name, result) -> result instanceof PreparedStatement statement
                        ? proxy(PreparedStatement.class, statement, (_, same) -> same)
                        : result);
    }

    private interface Wrap {
        Object wrap(String method, Object result);
    }

    private <T> T proxy(Class<T> type, T target, Wrap wrap) {
        return type.cast(Proxy.newProxyInstance(
                Fuse.class.getClassLoader(), new Class<?>[] {type}, (_, method, args) -> {
                    boolean isWrite = WRITES.contains(method.getName())
                            || method.getName().equals("commit");
                    if (isWrite) {
                        point("before " + method.getName());
                    }
                    Object result;
                    try {
                        result = method.invoke(target, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                    if (isWrite) {
                        point("after " + method.getName());
                    }
                    return wrap.wrap(method.getName(), result);
                }));
    }

    Links on(Links links) {
        return new Links() {
            @Override
            public Link open(Host host) {
                return on(host, around("open " + host.name(), () -> links.open(host)));
            }

            @Override
            public Link openFresh(Host host) {
                return on(host, around("openFresh " + host.name(), () -> links.openFresh(host)));
            }

            @Override
            public Wire tunnel(Host host, int port) {
                return links.tunnel(host, port);
            }

            @Override
            public void close() {
                links.close();
            }
        };
    }

    private Link on(Host host, Link link) {
        return new Link() {
            @Override
            public byte[] order(java.util.function.Function<byte[], SignedOrder> signer, Replies replies) {
                return link.order(signer, replies);
            }

            @Override
            public Message.Status status() {
                return around("status " + host.name(), link::status);
            }

            @Override
            public Message.Observed observe(List<String> paths, List<String> purged) {
                return around("observe " + host.name(), () -> link.observe(paths, purged));
            }

            @Override
            public ApplyOutcome apply(
                    SignedManifest manifest, Optional<Digest> expected, Blobs blobs, Follower follower) {
                return around("apply " + host.name(), () -> link.apply(manifest, expected, blobs, follower));
            }

            @Override
            public ApplyOutcome confirm(long number) {
                return around("confirm " + host.name(), () -> link.confirm(number));
            }

            @Override
            public List<DriftedPath> drift() {
                return around("drift " + host.name(), link::drift);
            }

            @Override
            public Message.Reports collect(String spool, long taken) {
                return around("collect " + host.name(), () -> link.collect(spool, taken));
            }

            @Override
            public String runJob(String job) {
                return around("runJob " + host.name(), () -> link.runJob(job));
            }

            @Override
            public byte[] readFile(String path) {
                return around("readFile " + host.name(), () -> link.readFile(path));
            }

            @Override
            public void close() {
                link.close();
            }
        };
    }
}
