//! The kernel of these tests: locks, ways to mask interrupts, and a function to look at.

use core::cell::UnsafeCell;
use core::ops::{Deref, DerefMut};

/// Where the state is looked at.
pub fn at() -> u32 {
    0
}

pub struct Spin<T> {
    value: UnsafeCell<T>,
}

unsafe impl<T> Sync for Spin<T> {}

pub struct SpinGuard<'a, T> {
    lock: &'a Spin<T>,
}

impl<T> Spin<T> {
    pub const fn new(value: T) -> Self {
        Self { value: UnsafeCell::new(value) }
    }

    pub fn lock(&self) -> SpinGuard<'_, T> {
        SpinGuard { lock: self }
    }

    pub fn try_lock(&self) -> Option<SpinGuard<'_, T>> {
        None
    }

    pub fn attempt(&self) -> Result<SpinGuard<'_, T>, ()> {
        Err(())
    }

    pub fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        f(&mut self.lock())
    }

    pub async fn locked(&self) -> SpinGuard<'_, T> {
        self.lock()
    }

    pub unsafe fn force_unlock(&self) {}
}

impl<T> Deref for SpinGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        unsafe { &*self.lock.value.get() }
    }
}

impl<T> DerefMut for SpinGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        unsafe { &mut *self.lock.value.get() }
    }
}

impl<T> Drop for SpinGuard<'_, T> {
    fn drop(&mut self) {}
}

/// Masks interrupts while it is held.
pub struct IrqSpin<T> {
    value: UnsafeCell<T>,
}

unsafe impl<T> Sync for IrqSpin<T> {}

pub struct IrqSpinGuard<'a, T> {
    lock: &'a IrqSpin<T>,
}

impl<T> IrqSpin<T> {
    pub const fn new(value: T) -> Self {
        Self { value: UnsafeCell::new(value) }
    }

    pub fn lock(&self) -> IrqSpinGuard<'_, T> {
        IrqSpinGuard { lock: self }
    }

    pub fn try_lock(&self) -> Option<IrqSpinGuard<'_, T>> {
        None
    }
}

impl<T> Deref for IrqSpinGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        unsafe { &*self.lock.value.get() }
    }
}

impl<T> DerefMut for IrqSpinGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        unsafe { &mut *self.lock.value.get() }
    }
}

impl<T> Drop for IrqSpinGuard<'_, T> {
    fn drop(&mut self) {}
}

pub struct RwSpin<T> {
    value: UnsafeCell<T>,
}

unsafe impl<T> Sync for RwSpin<T> {}

pub struct RwGuard<'a, T> {
    lock: &'a RwSpin<T>,
}

impl<T> RwSpin<T> {
    pub const fn new(value: T) -> Self {
        Self { value: UnsafeCell::new(value) }
    }

    pub fn read(&self) -> RwGuard<'_, T> {
        RwGuard { lock: self }
    }

    pub fn write(&self) -> RwGuard<'_, T> {
        RwGuard { lock: self }
    }
}

impl<T> Deref for RwGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        unsafe { &*self.lock.value.get() }
    }
}

impl<T> Drop for RwGuard<'_, T> {
    fn drop(&mut self) {}
}

impl<T> RwGuard<'_, T> {
    pub fn downgrade(self) -> Self {
        self
    }
}

/// A lock without a guard.
pub struct Raw;

impl Raw {
    pub fn acquire(&self) {}
    pub fn release(&self) {}
}

pub mod irq {
    pub fn disable() {}
    pub fn enable() {}
    pub fn save() -> usize {
        0
    }
    pub fn restore(_: usize) {}
    pub fn are_enabled() -> bool {
        false
    }
    pub fn without<R>(f: impl FnOnce() -> R) -> R {
        f()
    }
    pub fn register(_: usize, _: fn()) {}

    pub struct Masked(());
    impl Masked {
        pub fn new() -> Self {
            Masked(())
        }
    }
    impl Drop for Masked {
        fn drop(&mut self) {}
    }
}

pub mod preemption {
    pub fn disable() {}
    pub fn enable() {}
}

#[derive(Default, Clone, Copy, PartialEq)]
pub struct Row {
    pub x: u32,
    pub y: u32,
}

impl Row {
    pub fn sum(&self) -> u32 {
        0
    }
    pub fn by_value(self) -> u32 {
        0
    }
}

pub struct Table {
    pub rows: Spin<Row>,
    pub queue: IrqSpin<Row>,
}

pub static A: Spin<Row> = Spin::new(Row { x: 0, y: 0 });
pub static B: Spin<Row> = Spin::new(Row { x: 0, y: 0 });
pub static I: IrqSpin<Row> = IrqSpin::new(Row { x: 0, y: 0 });
pub static J: IrqSpin<Row> = IrqSpin::new(Row { x: 0, y: 0 });
pub static R: RwSpin<Row> = RwSpin::new(Row { x: 0, y: 0 });
pub static O: Spin<Option<u32>> = Spin::new(None);
pub static V: Spin<[u32; 4]> = Spin::new([0; 4]);
pub static RAW: Raw = Raw;

pub fn unknown(_: u32) -> bool {
    false
}
