package io.espalier.metrics.pipe;

import io.espalier.metrics.tree.Batch;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Consumer;

/** The pipes that lines run through: those that come with the tree, services, and what was added. */
public final class PipeSet implements AutoCloseable {
    /** Those that come with the tree, and services on the class path. */
    public static final PipeSet STOCK = new PipeSet(List.of());

    /** One pipe, as {@code espalier tree pipe list} shows it. */
    public record Listed(String name, String from) {}

    private final List<Pipe.Factory> factories = new ArrayList<>();
    private final List<Listed> listed = new ArrayList<>();
    private final List<AutoCloseable> open = new ArrayList<>();

    /** @param more closed with the set if they can be */
    public PipeSet(List<? extends Pipe.Factory> more) {
        Pipes.all().forEach(factory -> add(factory, "stock"));
        services(PipeSet.class.getClassLoader(), "service");
        for (Pipe.Factory factory : more) {
            add(factory, factory instanceof ExternalPipe external ? external.program() : "given");
            if (factory instanceof AutoCloseable closeable) {
                open.add(closeable);
            }
        }
    }

    /**
     * The stock ones and those of files.
     *
     * @param files executable programs, and jars with services
     * @param geo   a database in MaxMind's format
     * @param into  takes what programs answer
     * @throws IOException naming the file that is none of these
     */
    public static PipeSet of(List<Path> files, Optional<Path> geo, Consumer<Batch> into) throws IOException {
        var more = new ArrayList<Pipe.Factory>();
        var jars = new ArrayList<Path>();
        if (geo.isPresent()) {
            more.add(new GeoPipe.Factory(geo.get()));
        }
        for (Path file : files) {
            if (!Files.isRegularFile(file)) {
                throw new IOException("pipe " + file + ": no such file");
            }
            if (file.toString().endsWith(".jar")) {
                jars.add(file);
            } else if (!Files.isExecutable(file)) {
                throw new IOException("pipe " + file + ": not executable (chmod +x, and #! in its first line)");
            } else {
                more.add(new ExternalPipe(file, ExternalPipe.Limits.USUAL, into));
            }
        }
        var set = new PipeSet(more);
        for (Path jar : jars) {
            var loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, PipeSet.class.getClassLoader());
            set.open.add(loader);
            set.services(loader, jar.toString());
        }
        return set;
    }

    private void add(Pipe.Factory factory, String from) {
        factories.add(factory);
        listed.add(new Listed(factory.name(), from));
    }

    /** Adds the services of a class loader that are not there yet. */
    public void services(ClassLoader loader, String from) {
        for (Pipe.Factory factory : ServiceLoader.load(Pipe.Factory.class, loader)) {
            boolean isNew = factories.stream()
                    .noneMatch(known -> known instanceof GuardedPipe.Factory guarded && guarded.isOf(factory));
            if (isNew) {
                factories.add(new GuardedPipe.Factory(factory));
                listed.add(new Listed(factory.name(), from));
            }
        }
    }

    List<Pipe.Factory> factories() {
        return factories;
    }

    public List<Listed> list() {
        return List.copyOf(listed);
    }

    /** Waits until programs have answered all that was given to them; false if they do not in time. */
    public boolean settle(Duration atMost) {
        return factories.stream()
                .allMatch(factory -> !(factory instanceof ExternalPipe external) || external.settle(atMost));
    }

    /** Ends the programs, after their last answers. */
    @Override
    public void close() throws IOException {
        for (AutoCloseable one : open) {
            try {
                one.close();
            } catch (IOException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
    }
}
