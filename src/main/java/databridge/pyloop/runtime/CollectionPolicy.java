package databridge.pyloop.runtime;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import com.oracle.svm.core.genscavenge.HeapImpl;

/// Takes the place of the runtime's decision to collect because something is allocated: [Collector] decides.
@TargetClass(className = "com.oracle.svm.core.genscavenge.AbstractCollectionPolicy")
final class CollectionPolicy {
    private CollectionPolicy() {}

    @Substitute
    public boolean shouldCollectOnAllocation() {
        return HeapImpl.getAccounting().getEdenUsedBytes().rawValue() > Collector.WORTH_COLLECTING
                && Collector.mayCollectInAllocation();
    }
}
