package io.espalier.agent.job;

import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.JobExecutionContext;
import org.quartz.JobKey;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.TriggerBuilder;
import org.quartz.impl.DirectSchedulerFactory;
import org.quartz.simpl.RAMJobStore;
import org.quartz.simpl.SimpleThreadPool;

/** By Quartz, in memory: what is due is worked out again at every start from the release and what was done last. */
public final class QuartzWakes implements Wakes {

    private static final String NAME = "espalier-agent";

    private final Scheduler scheduler;
    private final Map<String, Runnable> actions = new ConcurrentHashMap<>();

    private QuartzWakes(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** @throws IllegalStateException if Quartz does not start */
    public static QuartzWakes start() {
        System.setProperty("slf4j.internal.verbosity", "ERROR"); // there is no logger, and that is meant so
        try {
            var threads = new SimpleThreadPool(1, Thread.NORM_PRIORITY);
            threads.setMakeThreadsDaemons(true);
            DirectSchedulerFactory factory = DirectSchedulerFactory.getInstance();
            factory.createScheduler(NAME, NAME, threads, new RAMJobStore());
            var wakes = new QuartzWakes(factory.getScheduler(NAME));
            wakes.scheduler.setJobFactory(
                    (bundle, _) -> wakes.job(bundle.getJobDetail().getKey()));
            wakes.scheduler.start();
            return wakes;
        } catch (SchedulerException e) {
            throw new IllegalStateException("Quartz does not start: " + e.getMessage(), e);
        }
    }

    /** What Quartz makes jobs of before our factory is asked; never run. */
    static final class Wake implements Job {
        @Override
        public void execute(JobExecutionContext context) {
            throw new IllegalStateException("the factory gives another job");
        }
    }

    private Job job(JobKey key) {
        Runnable action = actions.remove(key.getName());
        return _ -> {
            if (action != null) {
                action.run();
            }
        };
    }

    @Override
    public void at(String name, Instant when, Runnable action) {
        cancel(name);
        actions.put(name, action);
        try {
            scheduler.scheduleJob(
                    JobBuilder.newJob(Wake.class).withIdentity(name).build(),
                    TriggerBuilder.newTrigger()
                            .withIdentity(name)
                            .startAt(Date.from(when))
                            .build());
        } catch (SchedulerException e) {
            throw new IllegalStateException(name + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void cancel(String name) {
        actions.remove(name);
        try {
            scheduler.deleteJob(new JobKey(name));
        } catch (SchedulerException e) {
            throw new IllegalStateException(name + ": " + e.getMessage(), e);
        }
    }

    /** Ends its threads. */
    public void stop() {
        try {
            scheduler.shutdown(false);
        } catch (SchedulerException e) {
            throw new IllegalStateException("Quartz does not stop: " + e.getMessage(), e);
        }
    }
}
