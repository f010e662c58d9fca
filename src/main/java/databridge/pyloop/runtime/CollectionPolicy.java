package databridge.pyloop.runtime;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import com.oracle.svm.core.genscavenge.HeapImpl;

/// Replaces the runtime's decision whether an allocation starts a collection: [Collector] decides.
@TargetClass(className = "com.oracle.svm.core.genscavenge.AbstractCollectionPolicy")
final class CollectionPolicy {
    private CollectionPolicy() {}

    /// Replaces the method of this name, which the runtime calls when it needs more memory for objects.
    @Substitute
    public boolean shouldCollectOnAllocation() {
        return HeapImpl.getAccounting().getEdenUsedBytes().rawValue() > Collector.WORTH_COLLECTING
                && Collector.mayCollectInAllocation();
    }
}
