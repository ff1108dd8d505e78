package io.espalier.metrics.live;

import io.espalier.metrics.json.JsonText;
import io.espalier.metrics.live.Changes.Change;
import io.espalier.metrics.query.Queries;
import io.espalier.metrics.query.Query;
import io.espalier.metrics.query.QueryException;
import io.espalier.metrics.query.Result;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.Paths;
import io.espalier.metrics.tree.View;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All feeds of a tree. A tick every {@link #TICK} hands changes out; nobody watching costs nothing. */
public final class Feeds {
    public static final Duration TICK = Duration.ofMillis(50);
    private static final Duration KEPT_UNUSED = Duration.ofMinutes(2);
    private static final int MAX = 10_000;

    private final MetricTree tree;
    private final Queries queries;
    private final Map<String, Feed> feeds = new LinkedHashMap<>();
    private volatile List<Feed> all = List.of();
    /** Starts with the time, so that numbers of an earlier process count as too old. */
    private volatile long seq;

    public Feeds(MetricTree tree, Queries queries, long start) {
        this.tree = tree;
        this.queries = queries;
        seq = start;
    }

    /** The feed of a key, from now on filled. */
    public Feed follow(Query query) {
        synchronized (feeds) {
            Feed held = feeds.get(query.toString());
            if (held != null) {
                return held;
            }
            if (feeds.size() >= MAX) {
                throw Feed.full(MAX);
            }
            var feed = new Feed(query, seq);
            feeds.put(query.toString(), feed);
            watch();
            if (query.isReducing()) {
                for (Result result : queries.run(query)) {
                    feed.differs(result.key(), Answers.value(result.value()));
                }
            }
            return feed;
        }
    }

    /** Where a watcher may start who reads the tree now and has a feed already. */
    public long seq() {
        return seq;
    }

    private void watch() {
        all = List.copyOf(feeds.values());
        var names = new ArrayList<byte[]>();
        boolean isAll = false;
        for (Feed feed : all) {
            Optional<byte[]> top = feed.query().topLevel();
            if (top.isPresent()) {
                names.add(top.get());
            } else {
                isAll = true;
            }
        }
        tree.watch(isAll, names);
    }

    /** Hands out what changed since the last tick. Called by one thread. */
    public void tick() {
        List<Feed> current = all;
        if (current.isEmpty()) {
            return;
        }
        long next = seq + 1;
        tree.takeChanges((view, node) -> {
            for (Feed feed : current) {
                if (!feed.query().covers(view, node)) {
                    continue;
                }
                if (feed.query().isReducing()) {
                    feed.markStale();
                } else {
                    feed.add(new Change(next, Paths.of(view, node), json(view, node)));
                }
            }
        });
        seq = next;
        for (Feed feed : current) {
            if (feed.takeStale()) {
                rerun(feed, next);
            }
            feed.publish();
        }
    }

    private static String json(View view, int node) {
        return view.hasValue(node)
                ? Answers.value(Queries.value(view, node))
                : view.markers(node)
                        .map(markers ->
                                new JsonText().text(markers.newest().text()).toString())
                        .orElse("null");
    }

    private void rerun(Feed feed, long next) {
        try {
            for (Result result : queries.run(feed.query())) {
                String json = Answers.value(result.value());
                if (feed.differs(result.key(), json)) {
                    feed.add(new Change(next, result.key(), json));
                }
            }
        } catch (QueryException e) {
            tree.note("drops,feed", 1, Optional.of(String.valueOf(e.getMessage())));
        }
    }

    /** Lets feeds go that nobody asked for lately. */
    public void forgetUnused() {
        synchronized (feeds) {
            long now = System.nanoTime();
            if (feeds.values().removeIf(feed -> feed.isUnused(now, KEPT_UNUSED.toNanos()))) {
                watch();
            }
        }
    }
}
