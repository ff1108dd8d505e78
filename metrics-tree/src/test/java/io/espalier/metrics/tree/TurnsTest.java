package io.espalier.metrics.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.espalier.testkit.Await;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class TurnsTest {

    private final Turns turns = new Turns();
    private int count;

    @Test
    void oneThreadAtATimeHasIt() throws InterruptedException {
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < 16; i++) {
            var work = (Runnable) () -> {
                for (int j = 0; j < 5_000; j++) {
                    turns.lock();
                    count++;
                    if (j % 7 == 0 && turns.isWanted()) {
                        turns.giveWay();
                        count++;
                        count--;
                    }
                    turns.unlock();
                }
            };
            threads.add(
                    i % 2 == 0
                            ? Thread.ofPlatform().start(work)
                            : Thread.ofVirtual().start(work));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(count).isEqualTo(16 * 5_000);
        assertThat(turns.waiting()).isEqualTo(-1);
    }

    @Test
    void whoComesFirstIsServedFirst() throws InterruptedException {
        List<Integer> order = new ArrayList<>();
        var threads = new ArrayList<Thread>();
        turns.lock();
        for (int i = 0; i < 8; i++) {
            int number = i;
            threads.add(Thread.ofPlatform().start(() -> {
                turns.lock();
                order.add(number);
                turns.unlock();
            }));
            Await.until("thread " + i + " waits", () -> turns.waiting() == number + 1);
        }
        turns.unlock();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(order).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
    }

    @Test
    void whoeverWaitsGoesFirstWhenTheHolderGivesWay() throws InterruptedException {
        List<String> order = new ArrayList<>();
        turns.lock();
        var other = Thread.ofPlatform().start(() -> {
            turns.lock();
            order.add("other");
            turns.unlock();
        });
        Await.until("the other waits", turns::isWanted);

        turns.giveWay();
        order.add("holder");
        turns.unlock();

        other.join();
        assertThat(order).containsExactly("other", "holder");
    }

    @Test
    void interruptDoesNotLetAnybodyInBeforeHisTurn() throws InterruptedException {
        var isIn = new CountDownLatch(1);
        turns.lock();
        var other = Thread.ofPlatform().start(() -> {
            turns.lock();
            isIn.countDown();
            turns.unlock();
        });
        Await.until("the other waits", turns::isWanted);

        other.interrupt();
        assertThat(isIn.getCount()).isOne();
        turns.unlock();

        other.join();
        assertThat(isIn.getCount()).isZero();
    }

    @Test
    void secondLockOfOneThreadIsAnErrorAndNoDeadlock() {
        turns.lock();
        assertThatIllegalStateException().isThrownBy(turns::lock);
        turns.unlock();
    }
}
